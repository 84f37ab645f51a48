"""What the API itself has to remember."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models
from django.utils.timezone import now
from django_mongodb_backend.fields import ObjectIdAutoField

KEPT = timedelta(hours=24)
UNFINISHED = timedelta(minutes=15)  # when a server dies at work, its request may be sent again after so long


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def claim(self, owner_id: Any, key: str, request_hash: str) -> tuple["KeptAnswer", bool]:
        """A new row for the caller to answer, or the one that has been claimed before; and whether it is new."""
        row = {"owner_id": owner_id, "key": key}
        self.filter(**row, expires_at__lte=now()).delete()
        try:
            return self.create(**row, request_hash=request_hash, expires_at=now() + UNFINISHED), True
        except IntegrityError:
            claimed = self.filter(**row).first()
            return (claimed, False) if claimed else self.claim(owner_id, key, request_hash)


class KeptAnswer(models.Model):
    """The answer to a request with an ``Idempotency-Key``, for the case that it is sent again."""

    id = ObjectIdAutoField(primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # none while the request runs
    body = models.TextField()
    expires_at = models.DateTimeField()

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="one_answer_a_key")]

    def __str__(self) -> str:
        return self.key

    @property
    def is_running(self) -> bool:
        return self.status is None

    def keep(self, status: int, body: str) -> None:
        self.status, self.body, self.expires_at = status, body, now() + KEPT
        self.save(update_fields=["status", "body", "expires_at"])
