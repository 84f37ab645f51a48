from django.db import models


class KeyStatus(models.TextChoices):
    """What is known of a key. The first is not stored: it shows when the key is opened."""

    UNREADABLE = "unreadable", "Cannot be read"
    UNTESTED = "untested", "Not tested"
    VALID = "valid", "Valid"
    INVALID = "invalid", "Not accepted"
    UNREACHABLE = "unreachable", "Not reached"
    UNVERIFIABLE = "unverifiable", "Cannot be tested"
