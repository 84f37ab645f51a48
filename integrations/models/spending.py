from bson import ObjectId
from django.db import models
from django.utils import timezone
from django_mongodb_backend.fields import ObjectIdAutoField

from accounts.ownership import OwnedModel
from projects.models import Project

NANO = 1_000_000_000  # amounts are whole billionths of a US dollar: a token may cost less than a millionth


class Purse(OwnedModel):
    """What somebody's calls to LLMs have cost: those of one run, or those of one month."""

    id = ObjectIdAutoField(primary_key=True)
    of = models.CharField(max_length=64)  # the id of a run, or a month: "2026-11"
    spent = models.BigIntegerField(default=0)
    # What calls under way may cost at most. That of a worker that was killed stays: it may have been charged for.
    held = models.BigIntegerField(default=0)
    calls = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)  # tokens
    received = models.BigIntegerField(default=0)
    ended = models.CharField(max_length=500, blank=True)  # why no call is made any more
    told = models.JSONField(default=list)  # codes of what its people have been told of
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "of"], name="purse_once_an_owner")]

    def __str__(self) -> str:
        return f"{self.of}: ${self.dollars:.4f}"

    @property
    def dollars(self) -> float:
        return self.spent / NANO

    @property
    def tokens(self) -> int:
        return self.sent + self.received


class Remembered(OwnedModel):
    """An answer that was paid for, so that the same question costs nothing. MongoDB forgets it after a month.

    It may repeat what reviews say, so it goes with the project that asked first.
    """

    id = ObjectIdAutoField(primary_key=True)
    project_id: ObjectId
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)  # a hash of all that was asked, of which model
    value = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="remembered_once_an_owner")]

    def __str__(self) -> str:
        return self.key
