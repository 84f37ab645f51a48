"""The figures of the API, read off the roll-ups: as fast for a million reviews as for ten thousand."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, TypedDict

from django.core.exceptions import ValidationError

from projects.choices import Platform
from projects.models import Project
from results.choices import Emotion
from results.filters import ResultFilter
from results.models import Result
from results.tallies import EMOTIONS, RATING, SCALE, SENTIMENT, STATES, Tally
from sentimatrix_studio.mongo.pipelines import collection, condition, session
from sentimatrix_studio.shapes import Count, Day, Moment, Score, Share, Stars

INTERVALS = ("hour", "day", "week", "month")
LONGEST_BY_HOUR = timedelta(days=31)

Distribution = dict[str, Count]  # label, as the project names it → reviews


class DateRangeJson(TypedDict):
    earliest: Day | None
    latest: Day | None


class SummaryJson(TypedDict):
    """`not_analysed` counts the reviews without a label by the reason for it."""

    total_results: Count
    sentiment_distribution: Distribution
    avg_sentiment_score: Score | None
    avg_rating: Stars | None
    platforms: dict[str, Count]
    date_range: DateRangeJson
    not_analysed: dict[str, Count]


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
    rollups = asked.rollups(project)
    by_platform = rollups.tally_by("platform", (*SENTIMENT, *STATES, *RATING))
    tally = sum(by_platform.values(), Tally({}))
    days = asked.daily_rollups(project).first_and_last_day()
    return {
        "total_results": tally.total,
        "sentiment_distribution": tally.distribution(project.sentiment_classes),
        "avg_sentiment_score": tally.avg_score,
        "avg_rating": tally.avg_rating,
        "platforms": {platform: tally.total for platform, tally in sorted(by_platform.items())},
        "date_range": {"earliest": days and days[0].isoformat(), "latest": days and days[1].isoformat()},
        "not_analysed": tally.not_analysed,
    }


def sentiment_timeline(project: Project, asked: ResultFilter, interval: str = "day") -> list[TimelinePointJson]:
    """Periods with reviews, in order. Raises ValidationError for an unknown interval, or hours over a long time."""
    if interval not in INTERVALS:
        raise ValidationError({"interval": f"Use one of {', '.join(INTERVALS)}."})
    if interval == "hour":
        return [_point(f"{hour:%Y-%m-%dT%H:%M:%SZ}", tally) for hour, tally in _by_hour(project, asked)]
    periods = asked.daily_rollups(project).tally_by_period(interval, SENTIMENT)
    return [_point(start.isoformat(), tally) for start, tally in periods.items()]


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


def _by_hour(project: Project, asked: ResultFilter) -> Iterator[tuple[datetime, Tally]]:
    """Roll-ups know whole days only: hours are counted from the reviews, and therefore not over years."""
    if not asked.start or not asked.end or asked.end - asked.start > LONGEST_BY_HOUR:
        message = f"Hours need date_from and date_to, at most {LONGEST_BY_HOUR.days} days apart."
        raise ValidationError({"interval": message})
    hour = {"$dateTrunc": {"date": "$dated_at", "unit": "hour"}}
    score = {"$sum": {"$round": {"$multiply": ["$score", SCALE]}}}
    group = {"$group": {"_id": {"hour": hour, "label": "$sentiment"}, "n": {"$sum": 1}, "score": score}}
    hours: dict[datetime, Counter[str]] = {}
    pipeline = [{"$match": condition(asked.queryset(project))}, group]
    for row in collection(Result).aggregate(pipeline, session=session()):
        counts = hours.setdefault(row["_id"]["hour"], Counter())
        counts.update({"total": row["n"], "score_sum": int(row["score"])})
        if label := row["_id"]["label"]:
            counts[f"label_{label}"] += row["n"]
    return ((start, Tally(counts)) for start, counts in sorted(hours.items()))


def emotions(project: Project, asked: ResultFilter) -> list[EmotionCountJson]:
    """The strongest emotions of reviews, most frequent first; those nobody feels are left out."""
    tally = asked.rollups(project).tally((*EMOTIONS, *(f"{emotion}_sum" for emotion in EMOTIONS)))
    felt = sorted((count, emotion) for emotion, count in tally.emotions.items() if count)
    return [
        {"emotion": emotion, "avg_score": tally.avg_emotion_score(emotion), "count": count}
        for count, emotion in reversed(felt)
    ]


def platforms(project: Project, asked: ResultFilter) -> list[PlatformCountJson]:
    """By platform, most reviews first."""
    found = asked.rollups(project).tally_by("platform", (*SENTIMENT, *RATING)).items()
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
