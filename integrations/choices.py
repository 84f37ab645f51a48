from django.db import models


class KeyStatus(models.TextChoices):
    """What is known of a key. The first is not stored: it shows when the key is opened."""

    UNREADABLE = "unreadable", "Cannot be read"
    UNTESTED = "untested", "Not tested"
    VALID = "valid", "Valid"
    INVALID = "invalid", "Not accepted"
    UNREACHABLE = "unreachable", "Not reached"
    UNVERIFIABLE = "unverifiable", "Cannot be tested"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Not delivered"


class Disabled(models.TextChoices):
    """Why nothing is delivered to an endpoint."""

    BY_HAND = "by_hand", "Turned off"
    FAILING = "failing", "Failing"
    GONE = "gone", "Gone"

    @property
    def sentence(self) -> str:
        return {
            "by_hand": "It was turned off by hand.",
            "failing": "Nothing could be delivered for five days, so it was turned off.",
            "gone": "The other side answers that it is gone for good, so it was turned off.",
        }[self.value]
