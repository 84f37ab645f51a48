"""Reviews as rows of a file, for the formats that are written row by row."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from projects.models import Project, Target
from results.choices import label_shown
from results.filters import ResultFilter
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, condition

READ = (
    *("platform", "target_id", "url", "author", "rating", "title", "text", "language", "source_language"),
    *("published_at", "sentiment", "score", "confidence", "emotion", "emotions", "engine", "job_id", "created_at"),
    *("fine_emotions", "aspects", "label_source"),
)
NEWEST_FIRST = [("dated_at", -1), ("_id", -1)]
BATCH = 500

Row = dict[str, Any]
Rows = Iterator[tuple[Row, Row]]  # the document, and what its columns are


def rows(project: Project, asked: ResultFilter, more: Sequence[str] = ()) -> Rows:
    columns = _columns(project)
    where = condition(asked.queryset(project))
    fields = dict.fromkeys((*READ, *more), 1)
    with collection(Result).find(where, fields, batch_size=BATCH).sort(NEWEST_FIRST) as found:
        for row in found:
            yield row, columns(row)


def _columns(project: Project) -> Callable[[Row], Row]:
    targets = {target.pk: str(target) for target in Target.objects.filter(project_id=project.pk)}
    classes = project.sentiment_classes

    def columns(row: Row) -> Row:
        return {
            "id": str(row["_id"]),
            "platform": row["platform"],
            "target": targets.get(row["target_id"], ""),
            "url": row["url"],
            "author": row["author"],
            "rating": row["rating"],
            "title": row["title"],
            "text": row["text"],
            "language": row["language"] or row["source_language"],
            "date": row["published_at"],
            "sentiment": label_shown(row["sentiment"], classes),
            "sentiment_score": row["score"],
            "confidence": row["confidence"],
            "emotion": row["emotion"],
            "emotions": row["fine_emotions"] or row["emotions"],
            "aspects": row["aspects"],
            "label_source": row["label_source"],
            "engine": row["engine"],
            "job_id": row["job_id"] and str(row["job_id"]),
            "collected_at": row["created_at"],
        }

    return columns


def flat(values: Row) -> Row:
    """For formats with one value a cell."""
    values["emotions"] = "; ".join(f"{one['emotion']} {one['score']:g}" for one in values["emotions"])
    values["aspects"] = "; ".join(f"{one['aspect']} {one['sentiment']}" for one in values["aspects"])
    return values


def dated(values: Row) -> Row:
    """For formats of text alone."""
    values["date"], values["collected_at"] = _utc(values["date"]), _utc(values["collected_at"])
    return values


def _utc(at: datetime | None) -> str | None:
    return f"{at.isoformat(timespec='seconds')}Z" if at else None
