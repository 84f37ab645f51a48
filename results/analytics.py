"""The figures of the API. Where roll-ups know them they are as fast for a million reviews as for ten thousand."""

from datetime import date, datetime, timedelta
from typing import Annotated, NotRequired, TypedDict

from django.core.exceptions import ValidationError

from projects.choices import Platform
from projects.models import Project
from results.choices import Emotion
from results.counting import CountedFrom, Counting, Period
from results.filters import ResultFilter
from results.tallies import EMOTIONS, HUMAN, RATING, SENTIMENT, STATES, Tally
from sentimatrix_studio.shapes import Count, Day, Moment, Score, Share, Stars

INTERVALS: tuple[Period, ...] = ("hour", "day", "week", "month")
LONGEST_BY_HOUR = timedelta(days=31)

Distribution = dict[str, Count]  # label, as the project names it → reviews


class DateRangeJson(TypedDict):
    earliest: Day | None
    latest: Day | None


class FiguresJson(TypedDict):
    """`not_analysed` counts the reviews without a label by the reason for it, `human_labels` those whose label a person
    has set. What roll-ups do not know is counted from the reviews."""

    total_results: Count
    sentiment_distribution: Distribution
    avg_sentiment_score: Score | None
    avg_rating: Stars | None
    platforms: dict[str, Count]
    date_range: DateRangeJson
    not_analysed: dict[str, Count]
    human_labels: Count
    counted_from: CountedFrom


class SummaryChangeJson(TypedDict):
    """The figures less those of the period before; null where one of them is."""

    total_results: int
    avg_sentiment_score: float | None
    avg_rating: float | None


class SummaryJson(FiguresJson):
    previous: NotRequired[FiguresJson]
    change: NotRequired[SummaryChangeJson]


class TimelinePointJson(TypedDict):
    """A period with reviews, by its first day; by the hour, by its first moment."""

    date: Day | Moment
    avg_score: Score | None
    count: Count
    positive: Count
    neutral: Count
    negative: Count


class EmotionCountJson(TypedDict):
    emotion: Annotated[str, Emotion]
    avg_score: Share | None
    count: Count


class PlatformCountJson(TypedDict):
    platform: Annotated[str, Platform]
    count: Count
    avg_score: Score | None
    avg_rating: Stars | None
    sentiment_distribution: Distribution


def summary(project: Project, asked: ResultFilter) -> SummaryJson:
    counting = Counting(project, asked)
    by_platform = counting.tally_by("platform", (*SENTIMENT, *STATES, *RATING, HUMAN))
    tally = sum(by_platform.values(), Tally({}))
    days = counting.first_and_last_day()
    return {
        "total_results": tally.total,
        "sentiment_distribution": tally.distribution(project.sentiment_classes),
        "avg_sentiment_score": tally.avg_score,
        "avg_rating": tally.avg_rating,
        "platforms": {platform: tally.total for platform, tally in sorted(by_platform.items())},
        "date_range": {"earliest": days and days[0].isoformat(), "latest": days and days[1].isoformat()},
        "not_analysed": tally.not_analysed,
        "human_labels": tally.human,
        "counted_from": counting.counted_from,
    }


def summary_with_previous(project: Project, asked: ResultFilter) -> SummaryJson:
    """The summary beside that of as many days before. Raises ValidationError if nothing says where they end."""
    earlier = asked.before()
    if earlier is None:
        raise ValidationError({"compare": "The period before needs a date_from that is not after its end."})
    now, before = summary(project, asked), summary(project, earlier)
    change: SummaryChangeJson = {
        "total_results": now["total_results"] - before["total_results"],
        "avg_sentiment_score": _change(now["avg_sentiment_score"], before["avg_sentiment_score"]),
        "avg_rating": _change(now["avg_rating"], before["avg_rating"]),
    }
    return {**now, "previous": before, "change": change}


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else round(now - before, 4)


def sentiment_timeline(
    project: Project, asked: ResultFilter, interval: Period = "day", zone: str = "UTC"
) -> list[TimelinePointJson]:
    """Periods with reviews, in order. Raises ValidationError for hours over a long time."""
    counting = Counting(project, asked)
    if interval == "hour" and not (asked.start and asked.end and asked.end - asked.start <= LONGEST_BY_HOUR):
        message = f"Hours need date_from and date_to, at most {LONGEST_BY_HOUR.days} days apart."
        raise ValidationError({"interval": message})
    periods = counting.tally_by_period(interval, SENTIMENT, counting.zone_of(interval, zone))
    return [_point(_written(start), tally) for start, tally in periods.items()]


def _written(start: date) -> str:
    return f"{start:%Y-%m-%dT%H:%M:%SZ}" if isinstance(start, datetime) else start.isoformat()


def _point(date: str, tally: Tally) -> TimelinePointJson:
    sides = tally.polarities
    return {
        "date": date,
        "avg_score": tally.avg_score,
        "count": tally.total,
        "positive": sides["positive"],
        "neutral": sides["neutral"],
        "negative": sides["negative"],
    }


def emotions(project: Project, asked: ResultFilter) -> list[EmotionCountJson]:
    """The strongest emotions of reviews, most frequent first; those nobody feels are left out."""
    tally = Counting(project, asked).tally((*EMOTIONS, *(f"{emotion}_sum" for emotion in EMOTIONS)))
    felt = sorted((count, emotion) for emotion, count in tally.emotions.items() if count)
    return [
        {"emotion": emotion, "avg_score": tally.avg_emotion_score(emotion), "count": count}
        for count, emotion in reversed(felt)
    ]


def platforms(project: Project, asked: ResultFilter) -> list[PlatformCountJson]:
    """By platform, most reviews first."""
    found = Counting(project, asked).tally_by("platform", (*SENTIMENT, *RATING)).items()
    return [
        {
            "platform": platform,
            "count": tally.total,
            "avg_score": tally.avg_score,
            "avg_rating": tally.avg_rating,
            "sentiment_distribution": tally.distribution(project.sentiment_classes),
        }
        for platform, tally in sorted(found, key=lambda group: (-group[1].total, group[0]))
    ]
