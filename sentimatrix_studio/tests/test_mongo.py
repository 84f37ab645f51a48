"""The database engine and its transactions, on a real server."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from bson import ObjectId
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.db.models import CharField, Model, Q, QuerySet
from django.db.transaction import atomic  # noqa: TID251 - what it does is what is tested
from django.forms.models import model_to_dict
from django.test.utils import isolate_apps
from pymongo.client_session import ClientSession
from pymongo.errors import AutoReconnect, DuplicateKeyError, OperationFailure

from accounts.models import User
from accounts.ownership import owned_or_404
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.models import Result
from sentimatrix_studio.mongo import transaction
from sentimatrix_studio.mongo.pipelines import NOTHING, collection, condition, row_where, session
from sentimatrix_studio.mongo.transaction import after_commit, in_transaction

pytestmark = pytest.mark.django_db

ID = ObjectId("0123456789abcdef01234567")


def explained(queryset: QuerySet[Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(queryset.explain(verbosity="executionStats"))
    return found


def pipeline(queryset: QuerySet[Any]) -> list[dict[str, Any]]:
    stages: list[dict[str, Any]] = explained(queryset)["command"]["pipeline"]
    return stages


def examined(queryset: QuerySet[Any]) -> tuple[int, int]:
    """Index keys and documents MongoDB looks at to answer."""
    stats = explained(queryset)["executionStats"]
    return stats["totalKeysExamined"], stats["totalDocsExamined"]


# Indexes


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (User, {"email": "7@example.com"}),
        (Session, {"session_key": "7"}),
        (Target, {"project_id": ID, "platform": "steam", "external_id": "7"}),
        (Result, {"project_id": ID, "platform": "steam", "external_id": "7"}),
    ],
)
def test_a_lookup_by_a_unique_field_is_an_index_scan(model: type[Any], lookup: dict[str, Any]) -> None:
    columns = {model._meta.get_field(name): value for name, value in lookup.items()}
    last = list(columns)[-1]
    rows = [{**columns, last: columns[last].replace("7", str(n))} for n in range(100)]
    collection(model).insert_many([{f.column: f.get_prep_value(value) for f, value in row.items()} for row in rows])
    queryset = model.objects.filter(**lookup)
    assert examined(queryset) == (1, 1)
    assert "COLLSCAN" not in json.dumps(explained(queryset))


def test_unique_means_unique() -> None:
    User.objects.create(email="ada@example.com", name="Ada")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ada@example.com", name="Eve")
    with pytest.raises(DuplicateKeyError):
        collection(User).insert_one({"email": "ada@example.com"})


@isolate_apps("projects")
def test_what_may_be_missing_may_be_missing_twice() -> None:
    class Guest(Model):
        badge = CharField(max_length=10, null=True, unique=True)

        class Meta:
            app_label = "projects"

        def __str__(self) -> str:
            return str(self.badge)

    with connection.schema_editor() as editor:
        editor.create_model(Guest)
    try:
        collection(Guest).insert_many([{"badge": None}, {"badge": None}, {"badge": "7"}])
        with pytest.raises(DuplicateKeyError):
            collection(Guest).insert_one({"badge": "7"})
    finally:
        collection(Guest).drop()


def test_a_comparison_is_nothing_but_the_comparison() -> None:
    at = datetime(2026, 3, 2)  # noqa: DTZ001 - as MongoDB has it
    for lookup, operator in {"lt": "$lt", "lte": "$lte", "gt": "$gt", "gte": "$gte"}.items():
        queryset = Project.everything.filter(**{f"created_at__{lookup}": at.replace(tzinfo=UTC)})
        assert condition(queryset) == {"created_at": {operator: at}}


def test_a_comparison_does_not_find_what_is_missing() -> None:
    owner = User.objects.create(email="ada@example.com", name="Ada")
    Project.objects.create(owner=owner, name="Never archived")
    assert not Project.objects.filter(archived_at__lt=datetime(2100, 1, 1, tzinfo=UTC)).exists()


def test_what_is_missing_is_null_by_one_comparison() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "missing"},
        {"name": "null", "archived_at": None},
        {"name": "there", "archived_at": datetime.now(UTC)},
    ]
    collection(Project).insert_many(rows)
    without, having = (Project.everything.filter(archived_at__isnull=is_null) for is_null in (True, False))
    assert (condition(without), condition(having)) == ({"archived_at": None}, {"archived_at": {"$ne": None}})
    assert sorted(without.values_list("name", flat=True)) == ["missing", "null"]
    assert list(having.values_list("name", flat=True)) == ["there"]


@pytest.mark.parametrize("fields", [(), ("name",), ("name", "created_at")])
def test_sorting_comes_before_projecting(fields: tuple[str, ...]) -> None:
    queryset = Project.objects.filter(owner_id=ID).order_by("-created_at")[:50]
    stages = pipeline(queryset.values_list(*fields) if fields else queryset)
    order = [next(iter(stage)) for stage in stages]
    assert [stage for stage in order if stage != "$project"] == ["$match", "$sort", "$limit"]
    assert order[-1] == "$project" or "$project" not in order


def test_a_page_of_the_orm_reads_no_more_than_the_page() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    collection(Project).insert_many(
        [{"owner_id": ID, "name": str(n), "created_at": start + timedelta(hours=n)} for n in range(300)]
    )
    queryset = Project.objects.filter(owner_id=ID).order_by("-created_at")[:50]
    assert examined(queryset) == (50, 50)
    assert [project.name for project in queryset][:2] == ["299", "298"]


# Rows


def test_json_comes_back_as_it_was_stored_by_every_way() -> None:
    product = {"name": "Kettle – “K2”", "tags": ["a", None, 1.5, {"deep": []}], "is_new": True, "price": None}
    project = make_project(product=product)
    make_project(product={"name": "other"})
    way = Project.objects.filter(product__name=product["name"])
    assert way.get().product == product
    assert list(way.values_list("product", "product__tags", "product__name")) == [
        (product, product["tags"], product["name"])
    ]
    assert owned_or_404(Project, project.owner, project.pk).product == product


def test_a_row_past_the_orm_is_the_row_of_the_orm() -> None:
    target = make_target(options={"country": "us"})
    past, by_orm = row_where(Target, {"_id": target.pk}), Target.objects.get(pk=target.pk)
    assert past is not None
    assert model_to_dict(past) == model_to_dict(by_orm)
    assert past.created_at == by_orm.created_at
    assert not past._state.adding
    assert row_where(Target, {"_id": ID}) is None


def test_a_joined_row_keeps_its_own_values() -> None:
    target = make_target(make_project(name="Kettles"), label="K2")
    joined = Target.objects.select_related("project").get(pk=target.pk)
    assert (joined.label, joined.project.name, joined.project.pk) == ("K2", "Kettles", target.project_id)


# Conditions


def test_a_queryset_becomes_a_condition() -> None:
    queryset = Project.everything.filter(Q(name="a") | Q(name="b"), owner_id=ID)
    assert condition(queryset) == {"$and": [{"$or": [{"name": "a"}, {"name": "b"}]}, {"owner_id": ID}]}


def test_no_filter_is_an_empty_condition_and_an_impossible_one_finds_nothing() -> None:
    collection(Project).insert_one({"name": "there"})
    assert condition(Project.everything.all()) == {}
    assert condition(Project.everything.filter(pk__in=[])) == condition(Project.everything.none()) == NOTHING
    assert collection(Project).count_documents(NOTHING) == 0


def test_a_filter_over_another_collection_is_refused() -> None:
    with pytest.raises(ValueError, match="another collection"):
        condition(Project.objects.filter(owner__email="ada@example.com"))


# Transactions


def names() -> list[str]:
    return sorted(collection(Project).distinct("name"))


def write(name: str) -> None:
    collection(Project).insert_one({"name": name}, session=session())


def test_a_transaction_writes_all_or_nothing() -> None:
    def fails() -> None:
        write("half")
        User.objects.create(email="half@example.com", name="Half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(fails)
    assert names() == []
    assert not User.objects.exists()
    in_transaction(lambda: write("whole"))
    assert names() == ["whole"]


def test_a_transaction_gives_the_answer_of_its_work() -> None:
    assert in_transaction(lambda: 42) == 42


def test_a_transaction_within_another_is_part_of_it() -> None:
    def outer() -> None:
        in_transaction(lambda: write("inner"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(outer)
    assert names() == []


def test_what_is_left_for_after_a_commit_is_done_once_when_there_is_one() -> None:
    seen = []

    def work() -> None:
        write("kept")
        after_commit(lambda: seen.append(names()))
        assert seen == []

    def fails() -> None:
        work()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(fails)
    in_transaction(work)
    assert seen == [["kept"]]


def test_a_transaction_commits_within_the_admins_atomic() -> None:
    with atomic():
        in_transaction(lambda: write("kept"))
    assert names() == ["kept"]


def test_work_that_meets_another_transaction_is_done_again() -> None:
    collection(Project).insert_one({"_id": ID, "name": "", "n": 0})
    attempts = []

    def add() -> None:
        row = collection(Project).find_one({"_id": ID}, session=session())
        assert row
        attempts.append(row["n"])
        collection(Project).update_one({"_id": ID}, {"$set": {"n": row["n"] + 1}}, session=session())

    def add_often() -> None:
        for _ in range(10):
            in_transaction(add)

    together([add_often] * 4)
    row = collection(Project).find_one({"_id": ID})
    assert row
    assert row["n"] == 40
    assert len(attempts) > 40  # some did meet


def together(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_error_that_does_not_pass_is_not_tried_again() -> None:
    attempts = []

    def clash() -> None:
        attempts.append(1)
        collection(User).insert_many([{"email": "a@example.com"}] * 2, session=session())

    with pytest.raises(Exception, match="E11000"):
        in_transaction(clash)
    assert attempts == [1]


def test_a_conflict_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction, "PATIENCE", 0)

    def conflict() -> None:
        raise labelled(OperationFailure("WriteConflict"), "TransientTransactionError")

    with pytest.raises(OperationFailure, match="WriteConflict"):
        in_transaction(conflict)


def labelled(error: Any, label: str) -> Any:
    error._add_error_label(label)
    return error


def commits_that(monkeypatch: pytest.MonkeyPatch, raise_first: Any, *, after_commit: bool) -> list[ClientSession]:
    """The first commit raises, before or after the server has done it; all commits are listed."""
    commit, calls = ClientSession.commit_transaction, []

    def faulty(self: ClientSession) -> None:
        calls.append(self)
        if len(calls) > 1 or after_commit:
            commit(self)
        if len(calls) == 1:
            raise raise_first

    monkeypatch.setattr(ClientSession, "commit_transaction", faulty)
    return calls


def test_a_commit_whose_answer_got_lost_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = labelled(AutoReconnect("connection closed"), "UnknownTransactionCommitResult")
    calls = commits_that(monkeypatch, lost, after_commit=True)
    works = []

    def work() -> None:
        works.append(1)
        write("once")

    in_transaction(work)
    assert (len(calls), len(works)) == (2, 1)
    assert collection(Project).count_documents({"name": "once"}) == 1


def test_a_transaction_the_server_forgot_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = labelled(OperationFailure("NoSuchTransaction", 251), "TransientTransactionError")
    commits_that(monkeypatch, forgotten, after_commit=False)
    in_transaction(lambda: write("once"))
    assert collection(Project).count_documents({"name": "once"}) == 1


def test_after_a_failed_commit_the_next_transaction_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    commits_that(monkeypatch, OperationFailure("no"), after_commit=False)
    with pytest.raises(OperationFailure):
        in_transaction(lambda: write("lost"))
    assert connection.session is None  # type: ignore[attr-defined]

    def fails() -> None:
        write("half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_transaction(fails)
    assert names() == []


# Migrations


def test_the_models_have_all_their_migrations() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()
