"""The charts of the pages: what reviews add up to, drawn, each mark a link to exactly its reviews."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from bson import ObjectId
from django.urls import reverse
from django.utils.http import urlencode

from projects.choices import Platform
from projects.models import Project
from results import charts
from results.charts import Category, Chart, Item, Mark, Series, Unit
from results.charts.bars import Cell
from results.choices import Emotion, Sentiment, State, labels_shown
from results.tallies import Tally

ReviewsLink = Callable[..., str]  # filters by name -> URL of the list of exactly these reviews
Periods = Sequence[tuple[date, Tally]]  # by first day, without gaps
DAY = timedelta(days=1)


def reviews_link(project: Project, start: date | None = None, end: date | None = None) -> ReviewsLink:
    """The list of a project's reviews; no link leads beyond the days from ``start`` to ``end``."""
    path = reverse("results:result_list", args=[project.pk])

    def link(*, date_from: date | None = None, date_to: date | None = None, **query: Any) -> str:
        first = max((day for day in (start, date_from) if day), default=None)
        last = min((day for day in (end, date_to) if day), default=None)
        given = {**query, "date_from": first, "date_to": last}
        asked = urlencode({name: value for name, value in given.items() if value})
        return f"{path}?{asked}" if asked else path

    return link


def sentiment_over_time(periods: Periods, unit: Unit, classes: int, link: ReviewsLink, *, partial: bool) -> Chart:
    """Stacked labels; ``partial`` when the last period is not over."""
    distributions = [tally.distribution(classes) for _, tally in periods]
    series = [Series(key, words(key), [one[key] for one in distributions]) for key in labels_shown(classes)]
    return charts.timeline(
        [day for day, _ in periods], series, unit=unit, link=_period_link(link, state=State.ANALYSED), partial=partial
    )


def score_over_time(periods: Periods, unit: Unit, link: ReviewsLink, *, partial: bool) -> Chart:
    """The mean score of each period, in points of 100."""
    means = [None if tally.avg_score is None else tally.avg_score * 100 for _, tally in periods]
    series = Series("accent", "Average sentiment", means)
    days = [day for day, _ in periods]
    return charts.line(days, series, unit=unit, link=_period_link(link, state=State.ANALYSED), partial=partial)


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


def _period_link(link: ReviewsLink, **query: str) -> Callable[[date, date], str]:
    return lambda first, after: link(date_from=first, date_to=after - DAY, **query)


def _of_stars(stars: int) -> dict[str, str]:
    """Ratings that round to so many stars: they are stored in hundredths."""
    bottom = {} if stars == 1 else {"rating_min": f"{stars - 0.5}"}
    top = {} if stars == 5 else {"rating_max": f"{stars + 0.49}"}
    return bottom | top


def _emotion_key(emotion: str) -> str:
    return "neutral" if emotion == Emotion.NEUTRAL else "accent"
