"""What a job changed, review by review: kept page by page, told page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from results.models import Result
from scraping.choices import Change
from scraping.models import Difference, Job
from sentimatrix_studio.mongo.pipelines import collection, session


def keep(job_id: ObjectId, target_id: ObjectId, found: Mapping[Change, Sequence[ObjectId]]) -> None:
    """To be called in the transaction that stores the reviews."""
    about = {"job_id": job_id, "target_id": target_id}
    rows = [{**about, "change": change.value, "result_ids": list(ids)} for change, ids in found.items() if ids]
    if rows:
        collection(Difference).insert_many(rows, session=session())


def seen(job_ids: Sequence[ObjectId], target_id: ObjectId) -> set[ObjectId]:
    """The reviews that the jobs have found at the target so far."""
    rows = collection(Difference).find(
        {"job_id": {"$in": list(job_ids)}, "target_id": target_id, "change": {"$ne": Change.MISSING.value}},
        {"result_ids": 1},
        session=session(),
    )
    return {pk for row in rows for pk in row["result_ids"]}


@dataclass(frozen=True, slots=True)
class Changed:
    """A review as it is now, and what it said before the job, where the job found it edited."""

    result: Result
    before: dict[str, Any] | None


def changed(job: Job, change: Change, start: int, size: int) -> list[Changed]:
    """Of one kind, ``size`` from ``start`` on. Reviews that were deleted since are left out."""
    wanted = _ids(job, change, start, size)
    found = Result.objects.defer("explanation").prefetch_related("target").in_bulk(wanted)
    is_edit = change == Change.UPDATED
    return [Changed(found[pk], _before(found[pk], job) if is_edit else None) for pk in wanted if pk in found]


def _before(result: Result, job: Job) -> dict[str, Any] | None:
    """The version that came to its end with the job; versions know that to the second."""
    began = f"{job.created_at:%Y-%m-%dT%H:%M:%S}Z"
    return next((version for version in result.versions if version["until"] >= began), None)


def _ids(job: Job, change: Change, start: int, size: int) -> list[ObjectId]:
    """Of one kind of change, those from ``start`` on. Only the rows that hold them are read whole."""
    wanted: list[ObjectId] = []
    for row_id, length in _lengths(job, change):
        if start < length and len(wanted) < size:
            row = Difference.objects.get(pk=row_id)
            wanted += row.result_ids[start : start + size - len(wanted)]
        start = max(0, start - length)
    return wanted


def _lengths(job: Job, change: Change) -> list[tuple[ObjectId, int]]:
    rows = collection(Difference).aggregate(
        [
            {"$match": {"job_id": job.pk, "change": change.value}},
            {"$sort": {"_id": 1}},
            {"$project": {"length": {"$size": "$result_ids"}}},
        ]
    )
    return [(row["_id"], row["length"]) for row in rows]
