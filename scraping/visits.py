"""What has changed since somebody last looked at a project."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, Sum
from pymongo import ReturnDocument

from accounts.models import User
from projects.models import Project
from scraping.choices import LIVE
from scraping.models import Job, LastVisit
from sentimatrix_studio.mongo.pipelines import collection

SAME_VISIT = timedelta(minutes=30)  # who comes back sooner has not been away
COUNTED = ("new", "updated", "missing")


@dataclass(frozen=True, slots=True)
class Since:
    at: datetime  # of the visit before this one
    new: int
    updated: int
    missing: int

    def __bool__(self) -> bool:
        return bool(self.new or self.updated or self.missing)


def since_last_visit(user: User, project: Project) -> Since | None:
    """What jobs have found since then; None at the first visit. Notes that the person is here now."""
    before = _visit(user, project)["before"]
    if before is None:
        return None
    at = before.replace(tzinfo=UTC)
    jobs = Job.objects.filter(Q(completed_at__gte=at) | Q(status__in=LIVE), project=project)
    found = jobs.aggregate(**{name: Sum(name) for name in COUNTED})
    return Since(at, *(found[name] or 0 for name in COUNTED))


def _visit(user: User, project: Project) -> dict[str, Any]:
    """One update, so that two tabs opened at once are one visit."""
    now = datetime.now(UTC)
    is_over = {"$lt": ["$at", now - SAME_VISIT]}
    before = {"$cond": [is_over, {"$ifNull": ["$at", None]}, {"$ifNull": ["$before", None]}]}
    return collection(LastVisit).find_one_and_update(  # type: ignore[return-value]  # an upsert always leaves one
        {"user_id": user.pk, "project_id": project.pk},
        [{"$set": {"before": before, "at": now}}],
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
