"""The sample project: reviews of a game that does not exist, imported like files of the user's own."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bson import ObjectId
from django.db import IntegrityError

from accounts.models import User
from projects import files
from projects.choices import Platform
from projects.models import Project, Target
from results.imports import Options
from scraping import importing
from scraping.choices import Trigger
from scraping.models import Job, JobRefused

REVIEWS = Path(__file__).parent / "reviews.jsonl"
NAME = "Kettlemoon (sample)"
DESCRIPTION = "409 reviews of a game that does not exist, over twelve months and four platforms, with a story in them."
FIELDS = ("id", "author", "title", "text", "rating", "date")
RATED_UP_TO = {"steam": 5.0, "trustpilot": 5.0}


def load_sample(user: User) -> Project:
    """The person's sample project; at the first call it is made, and a job reads it in. Raises JobRefused."""
    project = Project(pk=_project_id(user), owner=user, name=NAME, description=DESCRIPTION, is_sample=True)
    project.adjust({"analysis": {"aspects": True, "aspect_pack": "game"}})
    try:
        project.save(force_insert=True)
    except IntegrityError:
        project = Project.everything.get(pk=project.pk)
    if project.is_leaving:
        raise JobRefused("busy", "The sample is still being removed. Load it again in a minute.")
    if not project.jobs.exists():
        targets = [_target(project, platform, rows) for platform, rows in _by_platform(datetime.now(UTC))]
        _start_once(project, targets)
    return project


def _start_once(project: Project, targets: list[Target]) -> None:
    try:
        Job.objects.start(project, targets, trigger=Trigger.IMPORT)
    except JobRefused as refused:
        if refused.code != "busy":  # the other one of a double click was faster
            raise


def _project_id(user: User) -> ObjectId:
    """Always the same for the same person, so that a double click makes one project."""
    return ObjectId(blake2b(f"sample|{user.pk}".encode(), digest_size=12).digest())


def _by_platform(now: datetime) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    lines = REVIEWS.read_text(encoding="utf-8").splitlines()
    rows = sorted(map(json.loads, lines), key=itemgetter("platform"))
    for platform, group in groupby(rows, key=itemgetter("platform")):
        yield platform, [row | {"date": _date(row, now)} for row in group]


def _date(row: Mapping[str, Any], now: datetime) -> str:
    day = now.date() - timedelta(days=row["days_ago"])
    return f"{day}T{row['hour']:02}:{row['minute']:02}:00Z"


def _target(project: Project, platform: str, rows: list[dict[str, Any]]) -> Target:
    lines = (json.dumps({name: row[name] for name in FIELDS}, ensure_ascii=False) for row in rows)
    content = "\n".join(lines).encode()
    upload = files.save(project.owner_id, f"{platform}.jsonl", [content])
    options = Options(
        format="jsonl",
        encoding="utf-8",
        columns={name: name for name in FIELDS},
        platform=platform,
        rating_max=RATED_UP_TO.get(platform),
    )
    return importing.store_target(project, upload, options, label=f"{Platform(platform).label} reviews")
