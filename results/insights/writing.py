"""Insights are asked for on a page, by a program or at the end of a run, and written by a worker.

MongoDB holds what is to be written: it is claimed by one conditional update, and written under the condition that the
claim still holds. Whoever is killed over it is replaced when the claim runs out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from pymongo import ReturnDocument

from integrations.llm import LlmError
from integrations.metering import open_llm
from projects.models import Project
from results.choices import InsightsState
from results.counting import counts
from results.filters import ResultFilter
from results.insights import asking, plain
from results.keywords.reading import Window, read
from results.models import Insights
from sentimatrix_studio import bell
from sentimatrix_studio.mongo.pipelines import collection, session
from sentimatrix_studio.mongo.transaction import in_transaction

LEASE = timedelta(minutes=3)  # longer than one call to a language model may take
MOST_ATTEMPTS = 3
MOST_KEPT = 30  # filters of a project: those written longest ago make room
INSTEAD = "so this one is built from the reviews' own words."
GIVEN_UP = f"The work broke off {MOST_ATTEMPTS} times; the log of the worker says more."


def ask(project: Project, asked: ResultFilter) -> Insights:
    """Have them written, anew if they are there. Asking again while they are being written changes nothing."""
    insights = in_transaction(lambda: put_down(project, asked))
    bell.ring(1)
    return insights


def put_down(project: Project, asked: ResultFilter) -> Insights:
    """The same for who rings, or works on, by himself."""
    now, of = timezone.now(), {"project_id": project.pk, "query": asked.query}
    waiting = {"state": InsightsState.WAITING.value, "asked_at": now, "due": now, "attempts": 0}
    row, _ = Insights.objects.get_or_create(**of, defaults={"owner_id": project.owner_id, **waiting})
    if not row.is_waiting:
        Insights.objects.filter(pk=row.pk).exclude(state=InsightsState.WAITING).update(**waiting)
        row.refresh_from_db()
    _make_room(project)
    return row


def _make_room(project: Project) -> None:
    kept = Insights.objects.filter(project_id=project.pk).exclude(query="").order_by("-asked_at", "-pk")
    if surplus := list(kept.values_list("pk", flat=True)[MOST_KEPT:]):
        Insights.objects.filter(pk__in=surplus).delete()


def write_next() -> bool:
    """Write what has waited longest, if anything waits; whether it did."""
    claim = _claim()
    if claim is None:
        return False
    project = Project.objects.filter(pk=claim.row.project_id).first()
    if project is None or project.is_archived:
        claim.keep(state=InsightsState.FAILED.value, note="The project is archived.")
    elif claim.row.attempts > MOST_ATTEMPTS:
        claim.keep(state=InsightsState.FAILED.value, note=GIVEN_UP)
    else:
        claim.keep(**_written(project, claim))
    return True


def is_waiting() -> bool:
    """Whether something can be taken up, perhaps because its worker has died."""
    return bool(Insights.objects.filter(due__lte=timezone.now()).exists())


@dataclass
class Claim:
    row: Insights
    until: datetime

    def extend(self) -> None:
        until = timezone.now() + LEASE
        if collection(Insights).update_one(self._where, {"$set": {"due": until}}).matched_count:
            self.until = _milliseconds(until)

    def keep(self, **said: Any) -> None:
        """Write this, if nobody else has taken it up meanwhile."""
        collection(Insights).update_one(self._where, {"$set": {**said, "due": None}}, session=session())

    @property
    def _where(self) -> dict[str, Any]:
        return {"_id": self.row.pk, "due": self.until}


def _claim() -> Claim | None:
    until = _milliseconds(timezone.now() + LEASE)
    found = collection(Insights).find_one_and_update(
        {"due": {"$lte": timezone.now()}},
        {"$set": {"due": until}, "$inc": {"attempts": 1}},
        sort=[("due", 1)],
        return_document=ReturnDocument.AFTER,
    )
    row = Insights.objects.filter(pk=found["_id"]).first() if found else None
    return Claim(row, until) if row else None


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _written(project: Project, claim: Claim) -> dict[str, Any]:
    try:
        asked = ResultFilter.parse(project, QueryDict(claim.row.query))
    except ValidationError as error:  # such as a target that is gone
        return {"state": InsightsState.FAILED.value, "note": " ".join(error.messages)[:500]}
    window, total = read(project, asked), counts(project, asked).total
    engine, note, content = _content(project, window, claim)
    return {
        "state": InsightsState.WRITTEN.value,
        "written_at": timezone.now(),
        "engine": engine,
        "note": note,
        "read": window.read,
        "total": total,
        "content": dict(content),
    }


def _content(project: Project, window: Window, claim: Claim) -> tuple[str, str, plain.Content]:
    """Engine, note and what is written: by the language model that the project has chosen, else without and why."""
    note = ""
    if project.config["llm"]["provider"] and window.reviews:
        try:
            llm = open_llm(project, f"insights:{ObjectId()}", check=claim.extend)
            content = asking.write(llm, window, project.config["llm"]["max_tokens"])
            return f"llm:{llm.id}"[:100], "", content
        except LlmError as error:
            note = f"{error.message.rstrip('.')}, {INSTEAD}"
        except asking.UnfoundedError as error:
            note = f"{error}, {INSTEAD}"
    return plain.ENGINE, note[:500], plain.write(window)
