"""What was done to reviews in one go, kept for a day so that it can be taken back: see ``undo.py``.

Each change keeps what it takes away in the transaction that takes it, a batch at a time; what one that broke off has
done can be undone like a whole one.
"""

from collections.abc import Sequence
from datetime import timedelta

from bson import Int64, ObjectId

from projects.models import Project
from results import documents
from results.documents import Document
from results.models import Change, ChangeKind, Former
from sentimatrix_studio.mongo.pipelines import collection, session

KEPT_FOR = timedelta(hours=24)
BATCH = 500
ABOUT = ("owner_id", "project_id", "kind", "said", "made_at", "expires_at")
CORRECTION = ("correction", "corrected_by_id", "corrected_at")


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
