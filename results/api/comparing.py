"""A comparison as the API shows it."""

from typing import TypedDict

from results.analytics import Distribution
from results.comparing import By, Comparison, Part, verdict
from results.counting import CountedFrom
from sentimatrix_studio.shapes import Count, Score, Share, Stars


class ShareRangeJson(TypedDict):
    """A share of the reviews with a label, and the 95 % range (Wilson's) it stands for; null without any."""

    share: Share | None
    low: Share
    high: Share


class PartJson(TypedDict):
    """One of what is compared: a target, a platform, a period or a project. `key` is the target's or the project's id,
    the platform, or `other` and `asked` for the period to compare with and the one asked for."""

    key: str
    name: str
    total_results: Count
    avg_sentiment_score: Score | None
    avg_rating: Stars | None
    sentiment_distribution: Distribution
    emotions: dict[str, Count]
    positive: ShareRangeJson
    negative: ShareRangeJson


class PartDifferenceJson(TypedDict):
    """A part less the first one; null where one of them has no figure. `is_certain` where the ranges of the shares are
    apart and neither is of fewer than twenty reviews."""

    key: str
    total_results: int
    avg_sentiment_score: float | None
    avg_rating: float | None
    positive_share: float | None
    negative_share: float | None
    positive_is_certain: bool
    negative_is_certain: bool
    verdict: str


class ComparisonJson(TypedDict):
    """`notices` say in sentences what to know before one compares: that projects have other labels, or engines."""

    by: By
    counted_from: CountedFrom
    notices: list[str]
    parts: list[PartJson]
    differences: list[PartDifferenceJson]


def comparison_as_json(comparison: Comparison) -> ComparisonJson:
    return {
        "by": comparison.by,
        "counted_from": comparison.counted_from,
        "notices": comparison.notices,
        "parts": [_part(part, comparison.classes) for part in comparison.parts],
        "differences": [_difference(part, comparison.first) for part in comparison.others],
    }


def _part(part: Part, classes: int) -> PartJson:
    return {
        "key": part.key,
        "name": part.name,
        "total_results": part.tally.total,
        "avg_sentiment_score": part.tally.avg_score,
        "avg_rating": part.tally.avg_rating,
        "sentiment_distribution": part.tally.distribution(classes),
        "emotions": part.tally.emotions,
        "positive": _range(part, "positive"),
        "negative": _range(part, "negative"),
    }


def _range(part: Part, side: str) -> ShareRangeJson:
    low, high = part.range(side)
    return {"share": _less(part.share(side), 0.0), "low": round(low, 4), "high": round(high, 4)}


def _difference(part: Part, first: Part) -> PartDifferenceJson:
    return {
        "key": part.key,
        "total_results": part.tally.total - first.tally.total,
        "avg_sentiment_score": _less(part.tally.avg_score, first.tally.avg_score),
        "avg_rating": _less(part.tally.avg_rating, first.tally.avg_rating),
        "positive_share": _less(part.share("positive"), first.share("positive")),
        "negative_share": _less(part.share("negative"), first.share("negative")),
        "positive_is_certain": part.differs(first, "positive"),
        "negative_is_certain": part.differs(first, "negative"),
        "verdict": verdict(part, first),
    }


def _less(number: float | None, other: float | None) -> float | None:
    return None if number is None or other is None else round(number - other, 4)
