"""How much LLMs may cost: in a run, and in a month.

Before a call its highest possible cost is held, by one conditional update for each of the two; afterwards what it did
cost takes the place of that. So however many workers call at once, neither limit is passed, and what a killed one held
stays held.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bson import ObjectId
from django.utils import timezone
from pymongo.errors import DuplicateKeyError

from integrations.llm import LlmError
from integrations.models import Purse
from integrations.models.spending import NANO
from integrations.prices import dollars
from integrations.providers import Model, Provider
from sentimatrix_studio.mongo.pipelines import collection

Limits = Mapping[str, Any]
ANY_TIME: dict[str, Any] = {}
FIRST_ALONE = {"$or": [{"calls": {"$gt": 0}}, {"held": 0}]}


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for 1,000 tokens sent, and received."""

    sent: float
    received: float

    def of(self, sent: float, received: float) -> int:
        """In billionths of a dollar, rounded up."""
        # Rounded first, because 0.1 × 3 is a little more than 0.3.
        return math.ceil(round((sent * self.sent + received * self.received) * NANO / 1000, 3))


FREE = Price(0.0, 0.0)


def price_of(provider: Provider, model: Model) -> Price | None:
    """What its user has noted, else what the catalogue says; None is a price nobody knows."""
    if model.cost_per_1k_input is not None and model.cost_per_1k_output is not None:
        return Price(model.cost_per_1k_input, model.cost_per_1k_output)
    return FREE if provider.is_free else None


@dataclass(frozen=True, slots=True)
class Hold:
    """What a call under way may cost at most, and the month that pays for it."""

    amount: int
    month: str


class Budget:
    """Of one run of somebody's, whose limits are those of a project."""

    def __init__(self, owner_id: ObjectId, run: str, limits: Limits) -> None:
        self.owner_id, self.run = owner_id, run
        self.most = round(limits["llm_budget_usd"] * NANO)
        self.most_a_month = round(limits["llm_monthly_usd"] * NANO)

    def hold(self, amount: int, *, is_first_alone: bool = False) -> Hold:
        """Set this aside. Raises LlmError where it would be too much, or where the run makes no calls any more.

        If ``is_first_alone``, nobody calls beside the first call of a run: that one learns whether the key is good.
        """
        month = this_month()
        if not self._take(self.run, amount, self.most, FIRST_ALONE if is_first_alone else ANY_TIME):
            raise self._refusal(is_first_alone)
        if not self._take(month, amount, self.most_a_month):
            self._add(self.run, held=-amount)
            raise LlmError("over_budget", f"The budget of {dollars(self.most_a_month / NANO)} for a month is used up.")
        return Hold(amount, month)

    def settle(self, hold: Hold, cost: int, sent: int = 0, received: int = 0) -> None:
        """What the call did cost in place of what was set aside."""
        for purse in (self.run, hold.month):
            self._add(purse, held=-hold.amount, spent=cost, calls=1, sent=sent, received=received)

    def give_back(self, hold: Hold) -> None:
        """The call cost nothing."""
        for purse in (self.run, hold.month):
            self._add(purse, held=-hold.amount)

    def end(self, reason: str) -> None:
        """No more calls in this run, whoever works on it."""
        self._open(self.run)
        collection(Purse).update_one(self._where(self.run), {"$set": {"ended": reason[:500]}})

    def is_news(self, code: str) -> bool:
        """Whether nobody has told the people of this run of it yet; from now on somebody has."""
        self._open(self.run)
        change = {"$addToSet": {"told": code}}
        return collection(Purse).update_one(self._where(self.run), change).modified_count == 1

    def _take(self, of: str, amount: int, most: int, when: dict[str, Any] = ANY_TIME) -> bool:
        self._open(of)
        is_enough = {"$expr": {"$lte": [{"$add": ["$spent", "$held", amount]}, most]}}
        can_pay = {**self._where(of), "ended": "", **is_enough, **when}
        taken = collection(Purse).update_one(can_pay, {"$inc": {"held": amount}})
        return taken.matched_count == 1

    def _open(self, of: str) -> None:
        empty = {"spent": 0, "held": 0, "calls": 0, "sent": 0, "received": 0, "ended": "", "told": []}
        try:
            collection(Purse).update_one(
                self._where(of), {"$setOnInsert": {**empty, "created_at": timezone.now()}}, upsert=True
            )
        except DuplicateKeyError:  # another worker has just done it
            return

    def _add(self, of: str, **amounts: int) -> None:
        collection(Purse).update_one(self._where(of), {"$inc": amounts})

    def _refusal(self, is_first_alone: bool) -> LlmError:
        purse = of_run(self.owner_id, self.run)
        if purse.ended:
            return LlmError("ended", purse.ended)
        if is_first_alone and purse.held and not purse.calls:
            return LlmError("first_call", "Another worker is making the first call of this run.", can_retry=True)
        return LlmError("over_budget", f"The budget of {dollars(self.most / NANO)} for a run is used up.")

    def _where(self, of: str) -> dict[str, Any]:
        return {"owner_id": self.owner_id, "of": of}


def this_month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


def of_month(owner_id: ObjectId) -> Purse:
    """What somebody has spent in this one, whatever for."""
    return of_run(owner_id, this_month())


def of_run(owner_id: ObjectId, run: str) -> Purse:
    """What a run has spent; an empty purse where it has asked no LLM."""
    return Purse.objects.filter(owner_id=owner_id, of=run).first() or Purse(owner_id=owner_id, of=run)
