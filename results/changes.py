"""What was done to reviews in one go, kept for a day so that it can be taken back: see ``undo.py``.

Each change keeps what it takes away in the transaction that takes it, a batch at a time; what one that broke off has
done can be undone like a whole one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import partial

from bson import Int64, ObjectId

from projects.models import Project
from results import documents, paging
from results.documents import Document
from results.models import Change, ChangeKind, Former, Result, ResultQuerySet
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.mongo.transaction import in_transaction

KEPT_FOR = timedelta(hours=24)
BATCH = 500
ABOUT = ("owner_id", "project_id", "kind", "said", "made_at", "expires_at")
NEWEST_FIRST = [("dated_at", -1), ("_id", -1)]
CORRECTION = ("correction", "corrected_by_id", "corrected_at")


@dataclass(frozen=True, slots=True)
class Stretch:
    """As far as a change has come in one transaction, and the cursor from which to go on; an empty one ends it."""

    cursor: str
    seen: int
    changed: int
    passed_over: int = 0


Some = Callable[[str], Stretch]  # the next of them, from a cursor on; to be called in a transaction


def stretches(some: Some) -> Iterator[Stretch]:
    """One after the other, each at once or not at all."""
    cursor, is_over = "", False
    while not is_over:
        stretch = in_transaction(partial(some, cursor))
        yield stretch
        cursor, is_over = stretch.cursor, not stretch.cursor


def read(results: ResultQuerySet, cursor: str, fields: Sequence[str] | None = None) -> tuple[list[Document], str]:
    """The reviews behind a cursor, and the next one. To be called in a transaction.

    By key: a change may take reviews out of the filter that finds them, but moves none along the list.
    """
    place = paging.Cursor.parse(cursor) if cursor else None
    where = condition(paging.ordered(results, place))
    found = collection(Result).find(where, fields, sort=NEWEST_FIRST, limit=BATCH, session=session())
    reviews = list(found)
    return reviews, _behind(reviews[-1]) if len(reviews) == BATCH else ""


def _behind(review: Document) -> str:
    return str(paging.Cursor(False, review["dated_at"].replace(tzinfo=UTC), review["_id"]))


def new_change(project: Project, kind: ChangeKind, **said: str | None) -> Change:
    """Not stored before it has changed something: see ``remember``."""
    now = documents.now()
    about = {"owner_id": project.owner_id, "project_id": project.pk, "kind": kind.value, "said": said}
    return Change(pk=ObjectId(), **about, made_at=now, expires_at=now + KEPT_FOR)


def remember(change: Change, before: Sequence[Document]) -> None:
    """Keep reviews as they were, in the transaction that changes them. What ``change.count`` says is its caller's."""
    if not before:
        return
    about = {name: getattr(change, name) for name in ABOUT}
    write = {"$setOnInsert": about, "$inc": {"count": Int64(len(before))}}
    collection(Change).update_one({"_id": change.pk}, write, upsert=True, session=session())
    collection(Former).insert_many([_former(change, document) for document in before], session=session())


def _former(change: Change, document: Document) -> Document:
    kept = document if change.kind == ChangeKind.DELETION else {name: document[name] for name in CORRECTION}
    return {
        "_id": ObjectId(),
        "change_id": change.pk,
        "target_id": document["target_id"],
        "result_id": document["_id"],
        "document": kept,
        "expires_at": change.expires_at,
    }
