from django.db import models


class Theme(models.TextChoices):
    """How pages look."""

    AUTO = "auto", "Like the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Scope(models.TextChoices):
    """What an API token may do. Each allows what those before it allow, and more."""

    READ = "read", "Read"
    WRITE = "write", "Read and change"
    ADMIN = "admin", "All, the account itself included"

    def allows(self, needed: "Scope") -> bool:
        ladder = list(Scope)
        return ladder.index(self) >= ladder.index(needed)
