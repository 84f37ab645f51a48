from typing import Self

from django.db import models
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django_mongodb_backend.fields import ObjectIdAutoField, ObjectIdField

from accounts.models import User
from projects.models import Project
from results.choices import ExportState
from results.models.orders import Order, OrderQuerySet
from sentimatrix_studio.mongo.files import Files

FILES = Files("exports")
SALT = "results.exports"  # of the keys in links


class ExportQuerySet(OrderQuerySet):
    def expired(self) -> Self:
        return self.filter(expires_at__lte=timezone.now())


class Export(Order):
    """A file of reviews that a worker makes, to be fetched by its owner until it expires."""

    id = ObjectIdAutoField(primary_key=True)
    # Goes with its project, as reviews do.
    owner = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports", db_index=False)
    query = models.TextField(blank=True)  # the query string that a download of the same would have
    format = models.CharField(max_length=10)
    about = models.CharField(max_length=500, blank=True)  # the filter in words
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.WAITING)
    filename = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True)  # in bytes
    file_id = ObjectIdField(null=True)  # of the latest attempt; whole once the export is ready

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="export_of_project"),
            models.Index(fields=["owner", "state"], name="export_of_owner"),
            models.Index(fields=["state", "lease_until"], name="export_to_claim"),
            models.Index(fields=["expires_at"], name="export_to_expire"),
        ]

    def __str__(self) -> str:
        return self.filename or f"Reviews as {self.format.upper()}"

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.READY and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def key(self) -> str:
        """What a link to the file carries: signed, and good until the file expires."""
        signed = f"{self.pk} until {self.expires_at:%Y-%m-%dT%H:%M:%SZ}"
        return salted_hmac(SALT, signed, algorithm="sha256").hexdigest()[:32]

    def is_opened_by(self, key: str) -> bool:
        return self.is_ready and constant_time_compare(self.key, key)


@receiver(post_delete, sender=Export)
def delete_file(instance: Export, **kwargs: object) -> None:
    """A file goes with its export, also when that goes with its project or its owner."""
    if instance.file_id:
        FILES.delete(instance.file_id)
