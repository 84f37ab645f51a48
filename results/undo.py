"""Taking back what a person has done to reviews: deletions and labels, as long as ``changes.py`` keeps them."""

from dataclasses import dataclass
from functools import partial

from bson import ObjectId

from projects.models import Target
from results import changes, correcting, labels, rollups
from results.changes import Stretch
from results.documents import Document
from results.models import Change, ChangeKind, Former, Result
from sentimatrix_studio.mongo.pipelines import collection, session


@dataclass(frozen=True, slots=True)
class Undone:
    """How many reviews are as they were. Others were passed over: collected or labelled anew since, or their target is
    gone."""

    count: int
    passed_over: int


def undo(change: Change) -> Undone:
    """Put back what the change took away. Where it breaks off, doing it again does the rest."""
    count = passed_over = 0
    for stretch in changes.stretches(partial(undo_some, change)):
        count += stretch.changed
        passed_over += stretch.passed_over
    return Undone(count, passed_over)


def undo_some(change: Change, cursor: str) -> Stretch:
    """The next reviews that the change has kept, whatever the cursor: what is put back is kept no longer. In the end
    the change itself is gone. To be called in a transaction."""
    formers = list(collection(Former).find({"change_id": change.pk}, limit=changes.BATCH, session=session()))
    if not formers:
        collection(Change).delete_one({"_id": change.pk}, session=session())
        return Stretch("", 0, 0)
    put_back = _restore if change.kind == ChangeKind.DELETION else _label_as_before
    count = put_back(change, {former["result_id"]: former["document"] for former in formers})
    collection(Former).delete_many({"_id": {"$in": [former["_id"] for former in formers]}}, session=session())
    return Stretch(str(formers[-1]["_id"]), len(formers), count, len(formers) - count)


def _restore(change: Change, before: dict[ObjectId, Document]) -> int:
    taken, targets = _taken(change, before), _targets(before)
    moves = rollups.Moves()
    rows = [row for row in before.values() if _identity(row) not in taken and row["target_id"] in targets]
    for row in rows:
        moves.add(row)
    moves.apply()
    if rows:
        collection(Result).insert_many(rows, session=session())
    return len(rows)


def _taken(change: Change, before: dict[ObjectId, Document]) -> set[tuple[str, str]]:
    """Reviews that have come again since: they are newer than what was deleted."""
    places = {name: {"$in": list({row[name] for row in before.values()})} for name in ("platform", "external_id")}
    where = {"project_id": change.project_id, **places}
    return {_identity(row) for row in collection(Result).find(where, [*places], session=session())}


def _identity(row: Document) -> tuple[str, str]:
    return row["platform"], row["external_id"]


def _targets(before: dict[ObjectId, Document]) -> set[ObjectId]:
    where = {"_id": {"$in": list({row["target_id"] for row in before.values()})}}
    return {row["_id"] for row in collection(Target).find(where, ["_id"], session=session())}


def _label_as_before(change: Change, before: dict[ObjectId, Document]) -> int:
    """The label that counted before, and what the model says by now; a later correction stays."""
    where = {"_id": {"$in": list(before)}, "corrected_at": change.made_at}
    found = list(collection(Result).find(where, rollups.LABELLED_FIELDS, session=session()))
    return correcting.write_labels([(old, _uncorrected(old, before[old["_id"]])) for old in found])


def _uncorrected(old: Document, said: Document) -> Document:
    return {**said, **labels.effective(labels.of_model(old), said["correction"])}
