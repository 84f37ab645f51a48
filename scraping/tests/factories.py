"""Rows for tests, with only what the test is about to be said."""

from itertools import count
from typing import Any

from accounts.models import User
from projects.choices import Platform, TargetType
from projects.models import Project, Target
from scraping.choices import StepKind
from scraping.models import Job, Step

_numbers = count(1)


def make_user(**fields: Any) -> User:
    return User.objects.create_user(**{"email": f"user{next(_numbers)}@example.com", "name": "Ada", **fields})


def make_project(owner: User | None = None, **fields: Any) -> Project:
    return Project.objects.create(owner=owner or make_user(), **{"name": "Kettle", **fields})


def make_target(project: Project, **fields: Any) -> Target:
    number = next(_numbers)
    fields = {
        "platform": Platform.STEAM,
        "detected_type": TargetType.GAME,
        "external_id": str(number),
        "url": f"https://store.steampowered.com/app/{number}",
        **fields,
    }
    return Target.objects.create(owner_id=project.owner_id, project=project, **fields)


def make_job(project: Project | None = None, **fields: Any) -> Job:
    """A job without steps."""
    project = project or make_project()
    return Job.objects.create(owner_id=project.owner_id, project=project, **fields)


def make_step(job: Job | None = None, **fields: Any) -> Step:
    job = job or make_job()
    if fields.setdefault("kind", StepKind.COLLECT) == StepKind.COLLECT and "target" not in fields:
        fields["target"] = make_target(job.project)
    return Step.objects.create(job=job, **fields)
