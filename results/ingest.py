"""From what a source or file yields to stored, analysed and counted reviews.

``store`` and ``record`` only write through the running transaction: call them inside ``in_transaction``, together with
whatever must become true in the same moment. Doing either again changes nothing.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bson import ObjectId
from pymongo import InsertOne, UpdateOne

from projects.models import Target
from results import documents, labels, rollups
from results.analysis.aspects import Finder
from results.analysis.engine import Analysis, Engine
from results.choices import State
from results.documents import Document
from results.documents import Item as Item  # sources import it from here
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, session

Write = InsertOne[Document] | UpdateOne


@dataclass(frozen=True, slots=True)
class Stored:
    """Which reviews of a batch were new, edited or known, and which of them now wait for analysis."""

    new: list[ObjectId]
    updated: list[ObjectId]
    unchanged: list[ObjectId]
    pending: list[ObjectId]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the analysis makes of one review; it only holds for the content with this hash."""

    result_id: ObjectId
    content_hash: str
    analysis: Analysis


def store(target: Target, job_id: ObjectId | None, items: Sequence[Item], *, analyse: bool) -> Stored:
    """Insert reviews never seen before, update edited ones, move the roll-ups. To be called in a transaction.

    A review is the same when its project, platform and external id are. Of two in one batch the later counts; the
    earlier is not counted at all. With ``analyse`` false nothing is handed back as pending.
    """
    batch = _by_identity(items)
    known = _known(target, list(batch))
    edited = {known[i]["_id"]: said for i, said in batch.items() if i in known and _differs(known[i], said)}
    now, moves = documents.now(), rollups.Moves()
    rows = [documents.new_document(target, job_id, i, said, now) for i, said in batch.items() if i not in known]
    for row in rows:
        moves.add(row)
    _write(moves, [*map(InsertOne, rows), *_edits(edited, job_id, now, moves), *_returns(known.values())])
    new, updated = [row["_id"] for row in rows], list(edited)
    unchanged = [known[i]["_id"] for i in batch if i in known and known[i]["_id"] not in edited]
    return Stored(new, updated, unchanged, [*new, *updated] if analyse else [])


def _by_identity(items: Sequence[Item]) -> dict[str, Document]:
    batch = {}
    for item in items:
        said = documents.content(item)
        batch[documents.identity(item.external_id, said["content_hash"])] = said
    return batch


def _known(target: Target, identities: list[str]) -> dict[str, Document]:
    where = {"project_id": target.project_id, "platform": target.platform, "external_id": {"$in": identities}}
    return {row["external_id"]: row for row in _find(where, ("external_id", "content_hash", "missing_since"))}


def _differs(known: Document, said: Document) -> bool:
    return bool(known["content_hash"] != said["content_hash"])


def _edits(
    edited: dict[ObjectId, Document], job_id: ObjectId | None, now: datetime, moves: rollups.Moves
) -> Iterator[UpdateOne]:
    for old in _find({"_id": {"$in": list(edited)}}) if edited else ():
        change = documents.edited(old, job_id, edited[old["_id"]], now)
        moves.replace(old, {**old, **change})
        yield UpdateOne({"_id": old["_id"]}, {"$set": change})


def _returns(known: Iterable[Document]) -> Iterator[UpdateOne]:
    """Reviews that were missing and are there again."""
    for row in known:
        if row["missing_since"]:
            yield UpdateOne({"_id": row["_id"]}, {"$set": {"missing_since": None}})


def mark_missing(
    target: Target, seen: Container[ObjectId], known_at: datetime, *, among: Container[ObjectId] | None = None
) -> list[ObjectId]:
    """Of the target's reviews that were known at that time, mark those that are not among the ``seen`` ones, and say
    which: those that were missing before are not said again. With ``among``, only those of these. To be called in a
    transaction."""
    was_known = {"target_id": target.pk, "missing_since": None, "created_at": {"$lt": known_at}}
    known = (row["_id"] for row in _find(was_known, ("_id",)))
    missing = [pk for pk in known if pk not in seen and (among is None or pk in among)]
    if missing:
        change = {"$set": {"missing_since": documents.now()}}
        collection(Result).update_many({"_id": {"$in": missing}}, change, session=session())
    return missing


def analyse(
    result_ids: Sequence[ObjectId],
    engine: Engine,
    *,
    emotions: bool = True,
    fine: bool = False,
    aspects: Finder | None = None,
    again: bool = False,
) -> list[Finding]:
    """What ``engine`` makes of those of the reviews that still wait, or ``again`` of all of them. Slow: call it outside
    any transaction. ``emotions`` are Ekman's, ``fine`` ones those of GoEmotions; ``aspects`` looks for those."""
    fields = ("title", "text", "content_hash")
    rows = list(_find(_among(result_ids, again), fields))
    texts = [readable(row["title"], row["text"]) for row in rows]
    analyses = engine.analyse(texts)
    if aspects:
        analyses = aspects.add_to(texts, analyses)
    if not emotions:
        analyses = [replace(analysis, emotions=[], emotion=None) for analysis in analyses]
    if not fine:
        analyses = [replace(analysis, fine_emotions=[]) for analysis in analyses]
    return [Finding(row["_id"], row["content_hash"], analysis) for row, analysis in zip(rows, analyses, strict=True)]


def readable(title: str, text: str) -> str:
    """Title and text as one text, unless the text repeats the title anyway."""
    if not title or text.startswith(title.rstrip("….")):
        return text
    stop = "" if title[-1] in ".!?…" else "."
    return f"{title}{stop} {text}".strip()


def record(findings: Sequence[Finding], *, again: bool = False) -> int:
    """Keep findings and move the roll-ups; how many were kept. To be called in a transaction.

    Those about reviews that are gone or edited since are passed over, and unless it is ``again`` those about reviews
    that have been analysed already. What a person has said of a review stays: then the finding is kept beside it.
    """
    now = documents.now()
    return _settle({f.result_id: (f.content_hash, _fields(f.analysis, now)) for f in findings}, again)


def give_up(result_ids: Sequence[ObjectId]) -> int:
    """Mark those of the reviews that still wait as failed, and say how many. To be called in a transaction."""
    change = {"state": State.FAILED.value, "updated_at": documents.now()}
    return _settle(dict.fromkeys(result_ids, (None, change)))


def _settle(changes: dict[ObjectId, tuple[str | None, Document]], again: bool = False) -> int:
    moves, writes = rollups.Moves(), list[Write]()
    for old in _find(_among(changes, again), rollups.LABELLED_FIELDS):
        content_hash, said = changes[old["_id"]]
        if content_hash in (None, old["content_hash"]):
            change = {**said, **labels.effective({**labels.of_model(old), **said}, old["correction"])}
            moves.replace(old, {**old, **change})
            writes.append(UpdateOne({"_id": old["_id"]}, {"$set": change}))
    _write(moves, writes)
    return len(writes)


def _among(result_ids: Iterable[ObjectId], again: bool) -> Document:
    """Those of the reviews that the model has to read still; ``again``, all of them."""
    waiting = [{"state": State.PENDING.value}, {"model_label.state": State.PENDING.value}]
    return {"_id": {"$in": list(result_ids)}, **({} if again else {"$or": waiting})}


def _fields(analysis: Analysis, now: datetime) -> Document:
    return {
        "state": analysis.state,
        "language": analysis.language,
        "engine": analysis.engine,
        "sentiment": analysis.sentiment,
        "score": analysis.score,
        "confidence": analysis.confidence,
        "scores": analysis.scores,
        "emotion": analysis.emotion,
        "emotion_score": next((score for name, score in analysis.emotions if name == analysis.emotion), None),
        "emotions": _emotions(analysis.emotions),
        "fine_emotions": _emotions(analysis.fine_emotions),
        "aspects": [mention._asdict() for mention in analysis.aspects],
        "summary": analysis.summary,
        "insights": analysis.insights,
        "explanation": None,
        "analyzed_at": now,
        "updated_at": now,
    }


def _emotions(found: list[tuple[str, float]]) -> list[Document]:
    return [{"emotion": name, "score": score} for name, score in found]


def _find(where: Document, fields: Sequence[str] | None = None) -> Iterable[Document]:
    return collection(Result).find(where, fields, session=session())


def _write(moves: rollups.Moves, writes: list[Write]) -> None:
    # Roll-ups first: where another transaction is at them, this one is turned away before it has done its work.
    moves.apply()
    if writes:
        collection(Result).bulk_write(writes, ordered=False, session=session())
