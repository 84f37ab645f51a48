"""Rows for tests, with only what the test is about to be said."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from bson import ObjectId
from django.db import connection

from projects import files
from projects.choices import Platform, TargetType
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.tests.factories import make_items
from scraping import runner
from scraping.choices import StepKind
from scraping.models import Job, Schedule, Step
from scraping.sources.base import Page, Request
from scraping.sources.fetch import Fetcher


def make_job(project: Project | None = None, **fields: Any) -> Job:
    """A job without steps."""
    project = project or make_project()
    return Job.objects.create(owner_id=project.owner_id, project=project, **fields)


def make_step(job: Job | None = None, **fields: Any) -> Step:
    job = job or make_job()
    if fields.setdefault("kind", StepKind.COLLECT) == StepKind.COLLECT and "target" not in fields:
        fields["target"] = make_target(job.project)
    return Step.objects.create(job=job, **fields)


def make_schedule(project: Project | None = None, **fields: Any) -> Schedule:
    """Of a project with something to collect."""
    project = project or make_target().project
    return Schedule.objects.create(owner_id=project.owner_id, project=project, **fields)


def make_company(project: Project, domain: str) -> Target:
    """Whose reviews Trustpilot has."""
    fields = {"platform": Platform.TRUSTPILOT, "detected_type": TargetType.BUSINESS}
    return make_target(project, **fields, external_id=domain, url=f"https://www.trustpilot.com/review/{domain}")


def run(target: Target) -> Job:
    """The job of a visit, after it: the test is the worker."""
    job = Job.objects.start(target.project, [target])
    runner.work()
    job.refresh_from_db()
    target.refresh_from_db()
    return job


class ScriptedSource:
    """A source that follows a script: it gives pages, raises errors and calls functions, from the cursor on."""

    platform = "steam"
    newest_first = True

    def __init__(self, *script: Page | Exception | Callable[[], object]) -> None:
        self.script = list(script)
        self.asked: list[Request] = []

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        self.asked.append(request)
        for place, entry in enumerate(self.script):
            if place < int(request.cursor or 0):
                continue
            if isinstance(entry, Exception):
                raise entry
            if isinstance(entry, Page):
                yield replace(entry, cursor=str(place + 1))
            else:
                entry()


def make_pages(*sizes: int, **fields: Any) -> list[Page]:
    """Pages of so many reviews each; no review is twice in them."""
    items = iter(make_items(sum(sizes)))
    return [Page(items=list(islice(items, size)), cursor="", **fields) for size in sizes]


def uploads() -> list[ObjectId]:
    """The files that are stored."""
    database: Any = connection.database  # type: ignore[attr-defined]
    return [found["_id"] for found in database[f"{files.UPLOADS.bucket}.files"].find({}, {"_id": 1})]


def forget_uploads() -> None:
    """They are in no model, so nothing flushes them between tests."""
    for file_id in uploads():
        files.delete(file_id)
