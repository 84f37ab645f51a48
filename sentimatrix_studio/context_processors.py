"""What the frame around every page shows. Each value is a callable: a page that does not show it asks nothing."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from accounts.authentication import signup_is_open
from accounts.ownership import Person
from integrations import notices
from integrations.models import Notice
from projects.models import Target
from results.models import TotalRollup
from scraping.choices import LIVE
from scraping.models import Job
from sentimatrix_studio import overview
from sentimatrix_studio.mongo.pipelines import united

OF_PROJECT = ("targets", "results", "jobs")


def navigation(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    match = request.resolver_match
    project_id = match.kwargs.get("project_id") if match else None

    @functools.cache
    def counts() -> dict[str, int]:
        return _counts(request.user, project_id)

    def running_jobs() -> int:
        return counts()["running"]

    def unread_notices() -> int:
        return counts()["unread"]

    def project_counts() -> dict[str, int]:
        """Of the project that the address names; what is the user's own only."""
        return {name: counts()[name] for name in OF_PROJECT} if project_id else {}

    @functools.cache
    def own_keys() -> frozenset[str]:
        """The providers for which the user has a key, and the engines that need none."""
        return overview.usable_by(request.user.pk) if request.user.is_authenticated else frozenset()

    return {
        "own_keys": own_keys,
        "signup_is_open": signup_is_open,
        "running_jobs": running_jobs,
        "unread_notices": unread_notices,
        "project_counts": project_counts,
    }


def _counts(user: Person, project_id: Any) -> dict[str, int]:
    """All of it with one question to the database."""
    counts = dict.fromkeys(("running", "unread", *OF_PROJECT), 0)
    if not user.is_authenticated:
        return counts
    mine = {"owner_id": user.pk}
    parts: list[Any] = [
        (Job, [{"$match": mine | {"status": {"$in": LIVE}}}, {"$count": "running"}]),
        (Notice, notices.unread_count(user)),
    ]
    if project_id:
        here = {"$match": mine | {"project_id": project_id}}
        total = {"$group": {"_id": None, "results": {"$sum": "$counters.total"}}}
        parts += [
            (Target, [here, {"$count": "targets"}]),
            (Job, [here, {"$count": "jobs"}]),
            (TotalRollup, [here, total, {"$unset": "_id"}]),
        ]
    for found in united(*parts):
        counts |= found
    return counts
