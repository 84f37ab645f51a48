"""What it takes to let a language model read texts, before one is sent: tokens, calls and US dollars.

Tokens are counted by rules that were held against OpenAI's two tokenizers: on 3,000 English tweets, reviews and
comments they are 1 to 3 % off, on other languages up to a half.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from integrations.llm import LlmError
from integrations.metering import Choice, choice, key_of, recalled, why_not, with_schema
from integrations.models.spending import NANO
from integrations.prices import dollars
from integrations.spending import of_month
from projects.models import Project
from results import ingest
from results.analysis import llm_prompt
from results.analysis.llm_prompt import Asked, asked_of, sendable
from results.models import Result

SAMPLE = 1_000  # reviews read of each end, where there are more
USUAL_TEXT = 60  # tokens, where there is no review yet
A_REVIEW = 14  # tokens around each text in the message
A_CALL = 12  # around each message, and around the entries of its answer
AN_ASPECT = 36
LATIN = 8  # letters of a word that is one token, usually
PIECES = re.compile(
    r"([A-Za-z]+)|(\d+)|([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])|([^\W\d_])|([!-/:-@[-`{-~]+)|[^\w\s]"
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """``dollars`` is None where nobody knows the price. Of ``reviews``, ``remembered`` ones cost nothing."""

    model: str  # "openai/gpt-4o-mini"
    reviews: int
    remembered: int
    calls: int
    sent: int  # tokens
    received: int
    dollars: float | None
    budget: float  # what a run may cost

    @property
    def is_over_budget(self) -> bool:
        return self.dollars is not None and self.dollars > self.budget

    @property
    def cost(self) -> str:
        """In words; what nobody knows is never called nothing."""
        return "unknown price" if self.dollars is None else f"about {dollars(self.dollars)}"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What letting the model read would take. ``notice`` says why the built-in engine would read instead, or the rest.

    ``month`` is what the owner has spent in this one, in US dollars, of ``most_a_month``.
    """

    estimate: Estimate | None
    notice: str
    month: float
    most_a_month: float


def outlook(project: Project, reviews: QuerySet[Result] | None = None) -> Outlook:
    """For these reviews, or for a run that brings as many as it may."""
    asked = asked_of(project)
    limits, month = project.config["limits"], of_month(project.owner_id).dollars
    try:
        estimate = of_run(project, _most(project), asked) if reviews is None else of_reviews(project, reviews, asked)
        notice = why_not(choice(project)) or _beyond(estimate, limits["llm_monthly_usd"] - month)
    except LlmError as error:
        estimate, notice = None, error.message
    return Outlook(estimate, notice, month, limits["llm_monthly_usd"])


def _most(project: Project) -> int:
    targets = sum(not target.is_file for target in project.to_collect())
    return targets * int(project.config["limits"]["max_reviews_per_target"])


def _beyond(estimate: Estimate, left: float) -> str:
    if estimate.is_over_budget:
        return f"That is more than the {dollars(estimate.budget)} a run may cost: the built-in engine reads the rest."
    if (estimate.dollars or 0) > left:
        return f"Only {dollars(max(0.0, left))} of this month's budget are left: the built-in engine reads the rest."
    return ""


def of_reviews(project: Project, reviews: QuerySet[Result], asked: Asked) -> Estimate:
    """Of those a filter finds; where they are many, worked out from the oldest and the latest thousand.

    Raises LlmError where the project has chosen no model.
    """
    found, count = choice(project), reviews.count()
    ends = [reviews.order_by("pk")[:SAMPLE]]
    if count > SAMPLE:
        ends.append(reviews.order_by("-pk")[: min(SAMPLE, count - SAMPLE)])
    rows = [row for end in ends for row in end.values_list("title", "text")]
    texts = [ingest.readable(title, text) for title, text in rows]
    return _scaled(project, found, texts, asked, count)


def of_run(project: Project, most: int, asked: Asked) -> Estimate:
    """Of a run that may bring so many reviews, if they are like those there are. Raises LlmError."""
    latest = Result.objects.filter(project=project).order_by("-pk")[:SAMPLE]
    texts = [ingest.readable(title, text) for title, text in latest.values_list("title", "text")]
    return _scaled(project, choice(project), texts or _usual(most), asked, most, is_new=True)


def of_texts(project: Project, texts: Sequence[str], asked: Asked) -> Estimate:
    """Of exactly these. Raises LlmError."""
    return _scaled(project, choice(project), texts, asked, len(texts))


def _scaled(
    project: Project, found: Choice, texts: Sequence[str], asked: Asked, count: int, *, is_new: bool = False
) -> Estimate:
    """As much for each of ``count`` reviews as for each of these."""
    sent = [text for text in map(sendable, texts) if text]
    known = set() if is_new else _known(project, found, sent, asked)
    new = list(dict.fromkeys(text for text in sent if text not in known))
    calls, tokens = _asked_about(new, asked, project.config["llm"]["max_tokens"])
    received = sum(_answer(text, asked) for text in new) + calls * A_CALL
    share = count / len(texts) if texts else 0.0
    totals = round(tokens * share), round(received * share)
    return Estimate(
        model=found.id,
        reviews=count,
        remembered=round(share * sum(text in known for text in sent)),
        calls=math.ceil(calls * share),
        sent=totals[0],
        received=totals[1],
        dollars=found.price.of(*totals) / NANO if found.price else None,
        budget=project.config["limits"]["llm_budget_usd"],
    )


def _asked_about(texts: Sequence[str], asked: Asked, max_tokens: int) -> tuple[int, int]:
    """How many calls, and how many tokens are sent in them."""
    calls = len(llm_prompt.batches(texts, asked, max_tokens))
    each = tokens(with_schema(llm_prompt.system(asked), llm_prompt.schema(asked))) + A_CALL
    return calls, calls * each + sum(tokens(text) + A_REVIEW for text in texts)


def _usual(number: int) -> list[str]:
    return [f"{one} {'word ' * USUAL_TEXT}" for one in range(number)]


def _answer(text: str, asked: Asked) -> float:
    """How many tokens an entry about it has: there is more to say of a text that names what is looked for."""
    named = sum(name.casefold() in text.casefold() for name in asked.aspects)
    return asked.usual_answer - AN_ASPECT * bool(asked.aspects) + AN_ASPECT * named


def _known(project: Project, found: Choice, texts: Sequence[str], asked: Asked) -> set[str]:
    """Those the model has been asked about before."""
    temperature = project.config["llm"]["temperature"]
    texts_of = {key_of(found.id, temperature, asked.words, text): text for text in texts}
    return {texts_of[key] for key in recalled(project.owner_id, list(texts_of))}


def tokens(text: str) -> int:
    """About as many as services count."""
    return round(sum(map(_weight, PIECES.finditer(text))))


def _weight(piece: re.Match[str]) -> float:
    latin, digits, sign, letter, marks = piece.groups()
    if latin:
        return 1 + max(0, len(latin) - LATIN) / 6
    if digits:
        return math.ceil(len(digits) / 3)
    if sign:
        return 0.8
    if letter:
        return 0.4
    return 0.5 + len(marks) / 3 if marks else 1.2
