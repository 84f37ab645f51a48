"""All that is kept of a person, as one file to take away: JSON, written row by row however much it is.

Left out are secrets, and what can be worked out from the rest.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from bson import ObjectId
from django.db.models import Model
from django.http import HttpRequest, StreamingHttpResponse

from accounts.models import ApiToken, AuditEntry, TokenFamily, User
from integrations.models import Bell, Channel, Credential, Delivery, Event, Notice, OwnModel, Purse, Webhook
from projects.models import Preset, Project, Target
from results import exports
from results.models import BulkChange, Change, Export, Former, Insights, Marker, Result, SavedView
from scraping.models import Difference, Job, LastVisit, LogLine, RowError, Schedule, Slot
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.rest import utc

# Whose id leads to the rows, and by which field: the person's, each project's, each job's.
OF_THE_PERSON: dict[str, tuple[type[Model], str]] = {
    "account": (User, "_id"),
    "email_addresses": (EmailAddress, "user_id"),
    "connected_accounts": (SocialAccount, "user_id"),
    "second_factors": (Authenticator, "user_id"),
    "sessions": (UserSession, "user_id"),
    "api_sign_ins": (TokenFamily, "user_id"),
    "api_tokens": (ApiToken, "owner_id"),
    "audit": (AuditEntry, "user_id"),
    "presets": (Preset, "owner_id"),
    "api_keys": (Credential, "owner_id"),
    "models": (OwnModel, "owner_id"),
    "llm_spending": (Purse, "owner_id"),
    "webhooks": (Webhook, "owner_id"),
    "channels": (Channel, "owner_id"),
    "bell": (Bell, "owner_id"),
    "notices": (Notice, "owner_id"),
    "events": (Event, "owner_id"),
    "deliveries": (Delivery, "owner_id"),
    "projects": (Project, "owner_id"),
    "targets": (Target, "owner_id"),
    "jobs": (Job, "owner_id"),
    "exports": (Export, "owner_id"),
    "schedules": (Schedule, "owner_id"),
    "last_visits": (LastVisit, "user_id"),
}
OF_JOBS: dict[str, type[Model]] = {"job_log": LogLine, "row_errors": RowError, "differences": Difference}
OF_PROJECTS: dict[str, type[Model]] = {
    "saved_views": SavedView,
    "markers": Marker,
    "insights": Insights,
    "changes": Change,
    "bulk_changes": BulkChange,
    "results": Result,
}
SECRET = {
    *("password", "session_key", "digest", "sealed", "password_mark", "refresh_id", "data", "token", "salt", "seal"),
    *("previous", "hash", "owner_id"),
}
BATCH = 500
Row = dict[str, Any]


def response(request: HttpRequest, user: User) -> StreamingHttpResponse:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    file = exports.ExportFile(f"studio_account_{stamp}.json", "application/json", _lines(user))
    return exports.response(request, file)


def _lines(user: User) -> Iterator[bytes]:
    yield f'{{"exported_at": {json.dumps(utc(datetime.now(UTC)))}'.encode()
    for name, rows in _parts(user):
        yield f',\n"{name}": ['.encode()
        yield from _joined(rows)
        yield b"]"
    yield b"\n}\n"


def _joined(rows: Iterable[Row]) -> Iterator[bytes]:
    """Some hundred rows at a time, with commas between all of them."""
    waiting: list[str] = []
    before = "\n"
    for row in rows:
        waiting.append(json.dumps(row, ensure_ascii=False, default=_plain))
        if len(waiting) == BATCH:
            yield (before + ",\n".join(waiting)).encode()
            waiting, before = [], ",\n"
    if waiting:
        yield (before + ",\n".join(waiting)).encode()


def _parts(user: User) -> Iterator[tuple[str, Iterator[Row]]]:
    for name, (model, field) in OF_THE_PERSON.items():
        yield name, _rows(model, field, [user.pk])
    jobs = Job.objects.filter(owner=user).values_list("pk", flat=True)
    for name, model in OF_JOBS.items():
        yield name, _rows(model, "job_id", jobs)
    schedules = Schedule.objects.filter(owner=user).values_list("pk", flat=True)
    yield "planned_runs", _rows(Slot, "schedule_id", schedules)
    projects = Project.objects.filter(owner=user).values_list("pk", flat=True)
    for name, model in OF_PROJECTS.items():
        yield name, _rows(model, "project_id", projects)
    changes = Change.objects.filter(project_id__in=projects).values_list("pk", flat=True)
    yield "before_changes", _rows(Former, "change_id", changes)


def _rows(model: type[Model], field: str, keys: Iterable[ObjectId]) -> Iterator[Row]:
    for key in keys:
        with collection(model).find({field: key}, dict.fromkeys(SECRET, 0), batch_size=BATCH) as found:
            for row in found:
                yield {"id": row.pop("_id"), **row}


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return utc(value.replace(tzinfo=UTC))
    if isinstance(value, ObjectId):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an export.")
