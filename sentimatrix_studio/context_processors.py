"""What the frame around every page shows. Each value is a callable: a page that does not show it asks nothing."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from accounts.authentication import signup_is_open
from projects.models import Target
from results.models import DailyRollup
from scraping.models import Job


def navigation(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    def running_jobs() -> int:
        return Job.objects.owned_by(request.user).live().count()

    def project_counts() -> dict[str, int]:
        """Of the project that the address names; what is the user's own only."""
        match = request.resolver_match
        if match is None or "project_id" not in match.kwargs:
            return {}
        project = {"project_id": match.kwargs["project_id"]}
        rollups = DailyRollup.objects.owned_by(request.user).filter(**project)
        return {
            "targets": Target.objects.owned_by(request.user).filter(**project).count(),
            "results": rollups.tally(["total"]).total,
            "jobs": Job.objects.owned_by(request.user).filter(**project).count(),
        }

    return {"signup_is_open": signup_is_open, "running_jobs": running_jobs, "project_counts": project_counts}
