"""The charts of the pages: what reviews add up to, drawn, each mark a link to exactly its reviews."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bson import ObjectId

from projects.choices import Platform
from results import charts
from results.charts import Category, Chart, Event, Item, Mark, Series, Unit
from results.charts.bars import Cell
from results.charts.scales import percent
from results.choices import POLARITIES, Emotion, Sentiment, State, labels_shown, shown_as
from results.comparing import Part
from results.links import ReviewsLink, period_link
from results.tallies import Tally

PartLink = Callable[..., str]  # key of a part, filters by name → URL of exactly these of its reviews
Periods = Sequence[tuple[date, Tally]]  # by first day, or moment of an hour, without gaps


@dataclass(frozen=True, slots=True)
class Course:
    """What a chart over time is drawn of. ``partial`` says that the last period is not over."""

    periods: Periods
    unit: Unit
    partial: bool
    zone: str = "UTC"
    events: Sequence[Event] = ()

    @property
    def starts(self) -> list[date]:
        return [start for start, _ in self.periods]


def sentiment_over_time(course: Course, classes: int, link: ReviewsLink) -> Chart:
    """Stacked labels."""
    distributions = [tally.distribution(classes) for _, tally in course.periods]
    series = [Series(key, words(key), [one[key] for one in distributions]) for key in labels_shown(classes)]
    to_reviews = period_link(link, course.zone, state=State.ANALYSED)
    return charts.timeline(
        course.starts, series, unit=course.unit, link=to_reviews, events=course.events, partial=course.partial
    )


def score_over_time(course: Course, link: ReviewsLink) -> Chart:
    """The mean score of each period, in points of 100."""
    means = [None if tally.avg_score is None else tally.avg_score * 100 for _, tally in course.periods]
    series = Series("accent", "Average sentiment", means)
    to_reviews = period_link(link, course.zone, state=State.ANALYSED)
    return charts.line(course.starts, series, unit=course.unit, link=to_reviews, partial=course.partial)


def distribution(tally: Tally, classes: int, link: ReviewsLink) -> Chart:
    return charts.donut(_labels(tally, classes, link))


def share_bar(tally: Tally, classes: int, link: ReviewsLink) -> tuple[Mark, ...]:
    return charts.share_bar(_labels(tally, classes, link))


def emotions(tally: Tally, link: ReviewsLink) -> Chart:
    """Reviews by their strongest emotion, most frequent first; neutral is the absence of one and comes last."""
    felt = {emotion: count for emotion, count in tally.emotions.items() if emotion != Emotion.NEUTRAL}
    order = [*sorted(felt, key=lambda emotion: -felt[emotion]), Emotion.NEUTRAL.value]
    items = [Item(_emotion_key(e), Emotion(e).label, tally.emotions[e], link(emotion=e)) for e in order]
    return charts.counts(items, columns=("Emotion", "Reviews"))


def platforms(tallies: Mapping[str, Tally], classes: int, link: ReviewsLink) -> Chart:
    """Share of each label by platform, best first."""
    names = {platform: Platform(platform).label for platform in tallies}
    return _compared(tallies, names, classes, "Platform", lambda key, label: link(platform=key, **_label(label)))


def targets(tallies: Mapping[ObjectId, Tally], names: Mapping[ObjectId, str], classes: int, link: ReviewsLink) -> Chart:
    """Share of each label by target, best first. Keys are the targets' ids."""
    by_key = {str(pk): tally for pk, tally in tallies.items()}
    named = {str(pk): name for pk, name in names.items()}
    return _compared(by_key, named, classes, "Target", lambda key, label: link(target_id=key, **_label(label)))


def ratings(tally: Tally, link: ReviewsLink) -> Chart:
    """Reviews by whole stars, five first."""
    items = [
        Item("accent", f"{n} star{'s' if n > 1 else ''}", count, link(**_of_stars(n)))
        for n, count in tally.stars.items()
    ]
    return charts.counts(items, columns=("Rating", "Reviews"))


def agreement(tally: Tally, classes: int, link: ReviewsLink) -> Chart:
    """Stars against what the text says: how often the two disagree."""
    rows = [Category(str(stars), f"{stars} star{'s' if stars > 1 else ''}") for stars in tally.stars_by_side]
    columns = [Category(side, words(side)) for side in POLARITIES]

    def to_reviews(stars: str, side: str) -> str:
        labels = {"sentiment": shown_as(side, classes)} if side else {"state": State.ANALYSED.value}
        return link(**_of_stars(int(stars)), **labels)

    values = [list(sides.values()) for sides in tally.stars_by_side.values()]
    found = charts.heat(rows, columns, values, link=to_reviews, corner="Rating")
    return (
        found if any(map(any, values)) else replace(found, marks=(), empty="No review has both a rating and a label.")
    )


def sides_of_parts(parts: Sequence[Part], classes: int, link: PartLink) -> Chart:
    """Share of each label by what is compared, in the order given."""
    distributions = [part.tally.distribution(classes) for part in parts]
    series = [Series(label, words(label), [one[label] for one in distributions]) for label in labels_shown(classes)]
    named = [Category(part.key, part.name) for part in parts]
    return charts.share_bars(named, series, link=lambda key, label: link(key, **_label(label)), column="Reviews of")


def emotions_of_parts(parts: Sequence[Part], link: PartLink) -> Chart:
    """Shares of the strongest emotions, neutral left out. Two are laid over each other, more are a grid."""
    felt = [Category(emotion, str(Emotion(emotion).label)) for emotion in Emotion.values if emotion != Emotion.NEUTRAL]
    counted = [[part.tally.emotions[emotion.key] for emotion in felt] for part in parts]
    if len(parts) == 2:
        keys = {"other": parts[0].key, "accent": parts[1].key}
        series = [Series(key, part.name, row) for key, part, row in zip(keys, parts, counted, strict=True)]
        return charts.radar(felt, series, link=lambda emotion, key: link(keys[key], emotion=emotion), column="Emotion")
    shares = [[n / sum(row) if sum(row) else None for n in row] for row in counted]
    named = [Category(part.key, part.name) for part in parts]
    return charts.heat(
        named, felt, shares, text=lambda share: percent(share, 1), corner="Reviews of",
        link=lambda key, emotion: link(key, emotion=emotion or tuple(one.key for one in felt)),
    )  # fmt: skip


def words(label: str) -> str:
    return str(Sentiment(label).label)


def _labels(tally: Tally, classes: int, link: ReviewsLink) -> list[Item]:
    return [Item(key, words(key), n, link(sentiment=key)) for key, n in tally.distribution(classes).items()]


def _label(label: str) -> dict[str, str]:
    """The filter of one segment of a bar, or of the whole bar: its reviews all have a label."""
    return {"sentiment": label} if label else {"state": State.ANALYSED.value}


def _compared(tallies: Mapping[str, Tally], names: Mapping[str, str], classes: int, column: str, link: Cell) -> Chart:
    labelled = [key for key, tally in tallies.items() if tally.labelled]
    order = sorted(labelled, key=lambda key: -(tallies[key].avg_score or 0))
    distributions = [tallies[key].distribution(classes) for key in order]
    series = [Series(label, words(label), [one[label] for one in distributions]) for label in labels_shown(classes)]
    return charts.share_bars([Category(key, names[key]) for key in order], series, link=link, column=column)


def _of_stars(stars: int) -> dict[str, str]:
    """Ratings that round to so many stars: they are stored in hundredths."""
    bottom = {} if stars == 1 else {"rating_min": f"{stars - 0.5}"}
    top = {} if stars == 5 else {"rating_max": f"{stars + 0.49}"}
    return bottom | top


def _emotion_key(emotion: str) -> str:
    return "neutral" if emotion == Emotion.NEUTRAL else "accent"
