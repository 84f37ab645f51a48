"""What goes with a target, a project and an account: everything, by index, and what comes in at the last moment too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from bson import ObjectId
from django.apps import apps

from accounts import removal
from accounts.models import AuditEntry, AuditHead, User
from accounts.tests.factories import make_token, make_user
from integrations.models import Bell, Purse, Remembered
from integrations.tests.factories import make_channel, make_credential, make_delivery, make_own_model, make_webhook
from projects import files
from projects.models import Preset, Target
from projects.tests.factories import make_project, make_target
from results.models import Change as ResultChange
from results.models import (
    ChangeKind,
    DailyAspectRollup,
    DailyRollup,
    Former,
    Insights,
    Marker,
    Result,
    SavedView,
    TotalAspectRollup,
    TotalRollup,
)
from results.models.exports import FILES
from results.tests.factories import make_bulk_change, make_export
from scraping.choices import Change, Level, StepKind
from scraping.models import Difference, Job, LastVisit, LogLine, RowError, Step
from scraping.removal import sweep
from scraping.tests.factories import make_schedule
from sentimatrix_studio.models import KeptAnswer
from sentimatrix_studio.mongo.compiler import SQLDeleteCompiler
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, tzinfo=UTC)
STAYING = {AuditEntry, AuditHead}  # what is left of an account: see test_audit.py
STORED = [f"{store.bucket}.{name}" for store in (files.UPLOADS, FILES) for name in ("files", "chunks")]
OURS = ("accounts", "projects", "integrations", "results", "scraping", "sentimatrix_studio")


def make_result(target: Target, job: Job | None = None) -> Result:
    row = {"owner_id": target.owner_id, "project_id": target.project_id, "target": target, "job": job}
    return Result.objects.create(**row, platform=target.platform, external_id=str(ObjectId()), dated_at=DAY)


def make_everything(owner: User) -> Target:
    """A project of the owner's with a row in every collection that can hang on it."""
    EmailAddress.objects.create(user=owner, email=owner.email)
    owner.token_families.create(refresh_id="1", password_mark="2", expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    make_token(owner)
    Preset.objects.create(owner=owner, name="Mine")
    make_credential(owner)
    make_own_model(owner)
    Purse.objects.create(owner=owner, of="2026-11")
    KeptAnswer.objects.claim(owner.pk, "key", "hash")
    upload = files.save(owner.pk, "reviews.csv", [b"text\nGood."])
    target = make_target(make_project(owner), file_id=upload.id)
    Remembered.objects.create(owner=owner, project=target.project, key="hash", value={"sentiment": "positive"})
    job = Job.objects.create(owner=owner, project=target.project)
    make_channel(owner, project=target.project)
    Bell.objects.create(owner=owner)
    make_delivery(make_webhook(owner, project=target.project))
    make_result(target, job)
    rollup = {"owner": owner, "project": target.project, "platform": target.platform, "target": target}
    DailyRollup.objects.create(pk=ObjectId(), **rollup, day=DAY)
    TotalRollup.objects.create(pk=ObjectId(), **rollup)
    DailyAspectRollup.objects.create(pk=ObjectId(), **rollup, day=DAY, aspect="story")
    TotalAspectRollup.objects.create(pk=ObjectId(), **rollup, aspect="story")
    day = {"made_at": DAY, "expires_at": datetime(2999, 1, 1, tzinfo=UTC)}
    change = ResultChange.objects.create(owner=owner, project=target.project, kind=ChangeKind.DELETION, **day)
    Former.objects.create(change=change, target=target, result_id=ObjectId(), expires_at=change.expires_at)
    make_export(target.project)
    make_bulk_change(target.project)
    SavedView.objects.create(owner=owner, project=target.project, name="Angry")
    Insights.objects.create(owner=owner, project=target.project)
    Marker.objects.create(owner=owner, project=target.project, name="Version 2", day=DAY.date())
    Step.objects.create(job=job, kind=StepKind.COLLECT, target=target)
    Step.objects.create(job=job, kind=StepKind.ANALYSE)
    LogLine.objects.create(job=job, seq=1, level=Level.INFO, message="Started.")
    make_schedule(target.project).slots.create(planned_at=DAY, job=job)
    RowError.objects.create(job=job, target=target, line=3, reason="No text.")
    Difference.objects.create(job=job, target=target, change=Change.NEW, result_ids=[ObjectId()])
    LastVisit.objects.create(user=owner, project=target.project, at=DAY)
    return target


def rows() -> dict[str, int]:
    """How many documents each collection of ours, and the store of files, holds."""
    models = {model for app in OURS for model in apps.get_app_config(app).get_models()} - STAYING
    counts = {model.__name__: model._default_manager.count() for model in models}
    database = collection(Result).database
    stored = {name: database[name].count_documents({}) for name in STORED}
    return {**counts, "EmailAddress": EmailAddress.objects.count(), **stored}


@contextmanager
def profiled() -> Iterator[list[dict[str, Any]]]:
    """What MongoDB itself says of every operation in the block."""
    database, operations = collection(Result).database, list[dict[str, Any]]()
    database.command("profile", 2)
    try:
        yield operations
    finally:
        database.command("profile", 0)
        operations += database["system.profile"].find({"ns": {"$not": {"$regex": "profile"}}})
        database["system.profile"].drop()


@pytest.fixture
def target() -> Target:
    for name in STORED:  # no model, so nobody empties them between tests
        collection(Result).database[name].delete_many({})
    make_everything(make_user())
    return make_everything(make_user())


def test_every_collection_takes_part_in_these_tests(target):
    assert min(rows().values()) >= 2


def test_everything_goes_with_the_account(target):
    before = rows()
    remove(target.owner)
    assert rows() == {name: count // 2 for name, count in before.items()}


def test_everything_but_the_account_goes_with_the_project(target):
    before = rows()
    target.project.delete()
    kept = {"User", "Preset", "TokenFamily", "ApiToken", "EmailAddress", "Credential", "OwnModel", "KeptAnswer", "Bell"}
    kept |= {"Purse"}
    assert rows() == {name: count if name in kept else count // 2 for name, count in before.items()}


def test_reviews_figures_and_file_go_with_the_target(target):
    before, other = rows(), make_target(target.project)
    make_result(other)
    target.delete()
    gone = {"Target", "Result", "DailyRollup", "TotalRollup", "DailyAspectRollup", "TotalAspectRollup"}
    gone |= {"Step", "RowError", "Former", "uploads.files", "uploads.chunks"}
    assert rows() == {name: count - (name in gone) for name, count in before.items()} | {"Target": 2, "Result": 2}


@pytest.mark.parametrize("what", ["account", "project", "target"])
def test_a_deletion_finds_what_it_removes_by_index(target, what):
    with profiled() as operations:
        deletion_of(target, what)()
    plans = {(op["ns"].split(".", 1)[1], op["planSummary"].split()[0]) for op in operations if "planSummary" in op}
    assert {("results_result", "IXSCAN"), ("results_dailyrollup", "IXSCAN"), ("scraping_step", "IXSCAN")} <= plans
    assert [plan for plan in plans if plan[1] == "COLLSCAN" and plan[0].split("_")[0] in OURS] == []


@pytest.mark.parametrize("what", ["account", "project", "target"])
def test_a_page_stored_during_the_deletion_goes_as_well(target, what, monkeypatch):
    """A worker may store as long as its step is there: here one does so before every single deletion."""
    delete_rows, steps = SQLDeleteCompiler.execute_sql, collection(Step)

    def store_and_delete_rows(*args: Any, **kwargs: Any) -> Any:
        if steps.count_documents({"target_id": target_id}):
            copies.insert_one({**review, "_id": ObjectId(), "external_id": str(ObjectId())})
        return delete_rows(*args, **kwargs)

    copies, target_id = collection(Result), target.pk
    review = copies.find({"target_id": target_id}).next()
    monkeypatch.setattr(SQLDeleteCompiler, "execute_sql", store_and_delete_rows)
    deletion_of(target, what)()
    assert copies.count_documents({"target_id": target_id}) == 0


def remove(user: User) -> None:
    """As the worker does it."""
    removal.leave(user)
    assert sweep() == 1


def deletion_of(target: Target, what: str) -> Callable[[], Any]:
    deletions: dict[str, Callable[[], Any]] = {
        "account": lambda: remove(target.owner),
        "project": target.project.delete,
        "target": target.delete,
    }
    return deletions[what]
