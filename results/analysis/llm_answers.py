"""What of a language model's answer counts: entries in the form asked for, of known reviews, true to their text."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from math import prod
from typing import Any

import jsonschema

from integrations.metering import json_of
from results.analysis.engine import Analysis, Mention
from results.analysis.llm_prompt import Asked, ekman_groups, entry_schema
from results.choices import POLARITY_OF, Emotion, State

Entry = dict[str, Any]


def entries(answer: str, texts: Mapping[str, str], asked: Asked) -> dict[str, Entry]:
    """The good entries by id, without it. Those of nobody, those given twice and broken ones are left out."""
    said = _reviews(answer)
    times = Counter(one["id"] for one in said if isinstance(one.get("id"), str))
    found = {}
    for one in said:
        name = one.get("id")
        if isinstance(name, str) and name in texts and times[name] == 1 and _is_good(one, asked):
            found[name] = _checked(one, texts[name])
    return found


def analysis_of(entry: Entry, asked: Asked, engine: str, language: str) -> Analysis:
    """An entry in the words of the product."""
    found = _strongest(entry.get("emotions", []))
    emotions = _ekman(found) if asked.is_fine else found
    return Analysis(
        engine=engine,
        state=State.ANALYSED.value,
        language=language,
        sentiment=entry["sentiment"],
        score=round(entry["score"], 4),
        confidence=round(entry["confidence"], 4),
        emotions=emotions,
        emotion=_primary(emotions),
        fine_emotions=found if asked.is_fine else [],
        aspects=[Mention(**one) for one in entry.get("aspects", [])],
        summary=entry.get("summary", ""),
        insights=[one for one in entry.get("insights", []) if one],
    )


def _reviews(answer: str) -> list[Entry]:
    said = json_of(answer)
    listed = said.get("reviews") if isinstance(said, dict) else None
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _is_good(entry: Entry, asked: Asked) -> bool:
    is_as_asked = bool(_validator(asked).is_valid(entry))
    return is_as_asked and _agrees(entry) and all(_agrees(one) for one in entry.get("aspects", []))


@lru_cache(maxsize=64)
def _validator(asked: Asked) -> Any:
    return jsonschema.Draft202012Validator(entry_schema(asked))


def _agrees(entry: Entry) -> bool:
    """Whether label and score are on the same side."""
    side, score = POLARITY_OF[entry["sentiment"]], entry["score"]
    return bool(score > 0 if side == "positive" else score < 0 if side == "negative" else True)


def _checked(entry: Entry, text: str) -> Entry:
    """Without its id, and without aspects whose quote does not stand in the text: there is nothing to show for them."""
    kept = {name: value for name, value in entry.items() if name != "id"}
    if "aspects" in kept:
        folded = _folded(text)
        proven = (one for one in kept["aspects"] if one["quote"].strip() and _folded(one["quote"]) in folded)
        kept["aspects"] = list({one["aspect"]: one for one in proven}.values())
    return kept


def _folded(text: str) -> str:
    return " ".join(text.split())


def _strongest(emotions: list[Entry]) -> list[tuple[str, float]]:
    """Each once, strongest first."""
    strengths: dict[str, float] = {}
    for one in emotions:
        strengths[one["emotion"]] = max(round(one["score"], 4), strengths.get(one["emotion"], 0.0))
    return sorted(strengths.items(), key=lambda emotion: -emotion[1])


def _ekman(fine: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """An Ekman emotion is there if any of its group is: 1 − Π(1 − p)."""
    strengths = dict(fine)
    groups = {
        label: [strengths[name] for name in names if name in strengths] for label, names in ekman_groups().items()
    }
    found = [(label, round(1 - prod(1 - p for p in present), 4)) for label, present in groups.items() if present]
    return sorted(found, key=lambda emotion: -emotion[1])


def _primary(emotions: list[tuple[str, float]]) -> str | None:
    names = [name for name, _ in emotions]
    return next((name for name in names if name != Emotion.NEUTRAL), names[0] if names else None)
