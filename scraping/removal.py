"""What its people have let go of, accounts and projects, is removed here: by a worker, and in the end completely."""

from datetime import timedelta
from typing import TypeVar

from django.db import models
from django.utils import timezone

from accounts import removal
from accounts.models import User
from projects import files
from projects.models import Project
from sentimatrix_studio.mongo.pipelines import collection

LEASE = timedelta(seconds=20)  # then another worker takes it up: the first was killed, or does it as well without harm
DUE: dict[type[models.Model], str] = {User: "removal_due", Project: "leaving_at"}
Row = TypeVar("Row", bound=models.Model)


def sweep() -> int:
    """Remove all that waits for it; how many accounts and projects that were."""
    removed = 0
    while _remove_account() or _remove_project():
        removed += 1
    return removed


def is_waiting(within: timedelta = timedelta(0)) -> bool:
    """Whether something can be taken up within this time, perhaps because its worker has died."""
    at = timezone.now() + within
    return any(model._base_manager.filter(**{f"{field}__lte": at}).exists() for model, field in DUE.items())


def _remove_account() -> bool:
    user = _claim(User)
    if user is None:
        return False
    for file_id in files.of(user.pk):  # some hang on no target yet
        files.delete(file_id)
    removal.finish(user)
    return True


def _remove_project() -> bool:
    project = _claim(Project)
    if project is None:
        return False
    project.delete()
    return True


def _claim(model: type[Row]) -> Row | None:
    """The next row that waits, for as long as the lease lasts."""
    at, field = timezone.now(), DUE[model]
    found = collection(model).find_one_and_update({field: {"$lte": at}}, {"$set": {field: at + LEASE}}, {"_id": 1})
    return model._base_manager.filter(pk=found["_id"]).first() if found else None
