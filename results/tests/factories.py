"""Reviews for tests, made the way the product makes them: through ``store`` and ``record``."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bson import ObjectId
from django.utils.timezone import now

from projects.models import Project, Target
from projects.tests import factories
from results import ingest
from results.analysis.engine import Analysis
from results.choices import Emotion, ExportState, Sentiment
from results.ingest import Item
from results.models import BulkChange, BulkKind, Export, Result
from results.models.exports import FILES
from sentimatrix_studio.mongo.transaction import in_transaction

START = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)  # a Monday
SCORES = {"very_positive": 0.9, "positive": 0.5, "neutral": 0.0123, "negative": -0.5, "very_negative": -0.9}


def make_target(project: Project | None = None, platform: str = "steam", **fields: Any) -> Target:
    return factories.make_target(project, **{"platform": platform, "label": f"{platform} page", **fields})


def make_item(external_id: str | int = "1", text: str = "Boils fast.", **fields: Any) -> Item:
    return Item(external_id=str(external_id), text=text, **{"published_at": START, **fields})


def make_items(count: int, *, step: timedelta = timedelta(hours=1), **fields: Any) -> list[Item]:
    """Reviews ``step`` apart, oldest first, rated 1 to 5 of 5 in turn."""
    return [Item(**{**_numbered(n), "published_at": START + n * step, **fields}) for n in range(count)]


def _numbered(n: int) -> dict[str, Any]:
    return {"external_id": str(n), "text": f"Review number {n}.", "rating": n % 5 + 1, "rating_max": 5}


def store(target: Target, *items: Item, job_id: ObjectId | None = None, analyse: bool = True) -> ingest.Stored:
    return in_transaction(partial(ingest.store, target, job_id, items, analyse=analyse))


class ScriptedEngine:
    """Says what the text says: ``"positive joy"`` is positive and joyful, ``"unsupported_language"`` just that."""

    id = "scripted-1"

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        return [self._read(text.split()) for text in texts]

    def _read(self, words: list[str]) -> Analysis:
        state = next((word for word in words if word in ("unsupported_language", "no_text")), None)
        if state:
            return Analysis(self.id, state, "de" if state == "unsupported_language" else "")
        label = next((word for word in words if word in Sentiment.values), "neutral")
        emotion = next((word for word in words if word in Emotion.values and word != label), None)
        return Analysis(
            engine=self.id,
            state="analysed",
            language="en",
            sentiment=label,
            score=SCORES[label],
            confidence=0.8,
            scores={name: 0.6 if name == label else 0.1 for name in Sentiment.values},
            emotions=[(emotion, 0.7), ("surprise", 0.4)] if emotion else [],
            emotion=emotion,
        )


def make_export(project: Project, content: bytes = b"id\r\n", **fields: Any) -> Export:
    """Ready to be fetched."""
    file_id = ObjectId()
    with FILES.writing("reviews.csv", file_id) as file:
        file.write(content)
    known = {"filename": "reviews.csv", "file_id": file_id, "size": len(content), "state": ExportState.READY}
    times = {"finished_at": now(), "expires_at": now() + timedelta(days=1)}
    made = {"owner_id": project.owner_id, "project": project, "format": "csv", **known, **times, **fields}
    return Export.objects.create(**made)


def make_bulk_change(project: Project, **fields: Any) -> BulkChange:
    """Waiting for a worker to delete all."""
    usual = {"owner_id": project.owner_id, "project": project, "kind": BulkKind.DELETION, "change_id": ObjectId()}
    return BulkChange.objects.create(**{**usual, **fields})


def analyse(result_ids: Sequence[ObjectId]) -> int:
    findings = ingest.analyse(result_ids, ScriptedEngine())
    return in_transaction(partial(ingest.record, findings))


def make_results(target: Target, *items: Item, job_id: ObjectId | None = None) -> list[Result]:
    """Stored and analysed, in the order given."""
    analyse(store(target, *items, job_id=job_id).pending)
    by_id = {result.external_id: result for result in Result.objects.filter(target=target)}
    return [by_id[item.external_id] for item in items]
