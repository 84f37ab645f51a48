"""Some parts of a project's reviews side by side: targets, platforms, or two periods. Of whole projects: ``across``.

The first part is what the others are compared with. That a difference is more than chance is said only where the ranges
of the shares are apart and neither is of few reviews.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import dateformat

from projects.choices import Platform
from projects.models import Project, Target
from results import reading, significance
from results.charts.scales import percent
from results.choices import shown_as
from results.counting import CountedFrom, Counting
from results.filters import ResultFilter
from results.links import ALL, reviews_link
from results.tallies import Tally

Way = Literal["targets", "platforms", "periods"]  # within a project
By = Literal[Way, "projects"]
WAYS: tuple[Way, ...] = get_args(Way)
MOST = 5
FEWEST = 2
SIDES = ("positive", "negative")


@dataclass(frozen=True, slots=True)
class Part:
    """What is compared, with the filter that finds exactly its reviews."""

    key: str
    name: str
    project: Project
    asked: ResultFilter
    tally: Tally

    def share(self, side: str) -> float | None:
        return self.tally.polarities[side] / self.tally.labelled if self.tally.labelled else None

    def range(self, side: str) -> tuple[float, float]:
        """In which the share would be if there were endless reviews of this kind, 95 times of 100."""
        return significance.wilson(self.tally.polarities[side], self.tally.labelled)

    def differs(self, other: "Part", side: str) -> bool:
        one, two = self.tally, other.tally
        return significance.shares_differ(one.polarities[side], one.labelled, two.polarities[side], two.labelled)


@dataclass(frozen=True, slots=True)
class Comparison:
    by: By
    classes: int  # 3 or 5: the labels all parts are shown in
    parts: list[Part]
    counted_from: CountedFrom
    notices: list[str] = field(default_factory=list)  # what to know of the parts before one compares them

    @property
    def first(self) -> Part:
        return self.parts[0]

    @property
    def others(self) -> list[Part]:
        return self.parts[1:]

    def link(self, key: str, **query: Any) -> str:
        """The list of a part's reviews, or of some of them, with labels as the part's project names them."""
        part = next(part for part in self.parts if part.key == key)
        if self.classes == 3 and query.get("sentiment"):
            query["sentiment"] = shown_as(query["sentiment"], part.project.sentiment_classes)
        return reviews_link(part.project, part.asked)(**query)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query string asks to compare: parts of what a filter finds."""

    by: Way
    asked: ResultFilter
    other: ResultFilter = ALL  # of periods: the one to compare with

    @classmethod
    def parse(cls, project: Project, asked: ResultFilter, query: QueryDict) -> "Asked":
        """Reads ``by``, ``other_from`` and ``other_to``. Raises ValidationError naming what is wrong."""
        by = next((way for way in WAYS if way == query.get("by", "targets")), None)
        if by is None:
            raise ValidationError({"by": f"Use one of {', '.join(WAYS)}."})
        given = {name: query.getlist(name) for name in ("other_from", "other_to")}
        days = {name: _read(name, values, project) for name, values in given.items()}
        if by == "periods":
            return cls.of_periods(asked, *days.values())
        if any(days.values()):
            raise ValidationError({"by": "Another period is for by=periods."})
        return cls(by, asked)

    @classmethod
    def of_periods(cls, asked: ResultFilter, other_from: date | None = None, other_to: date | None = None) -> "Asked":
        """Without another period it is as many days just before. Raises ValidationError if nothing says how many."""
        if other_from or other_to:
            other = replace(asked, date_from=other_from, date_to=other_to)
            if other.start and other.end and other.start >= other.end:
                raise ValidationError({"other_to": "This is before other_from."})
            return cls("periods", asked, other)
        earlier = asked.before()
        if earlier is None:
            raise ValidationError({"date_from": "Say which days to compare: from where on at least."})
        return cls("periods", asked, earlier)


def _read(name: str, values: list[str], project: Project) -> date | None:
    try:
        return reading.moment(values, project)
    except ValidationError as error:
        raise ValidationError({name: error}) from error


def compare(project: Project, wanted: Asked) -> Comparison:
    """Raises ValidationError if there is nothing to compare, and CountingError where it takes too long."""
    counting = Counting(project, wanted.asked)
    parts = {"targets": _targets, "platforms": _platforms, "periods": _periods}[wanted.by](project, wanted)
    return Comparison(wanted.by, project.sentiment_classes, parts, counting.counted_from)


def _targets(project: Project, wanted: Asked) -> list[Part]:
    tallies = Counting(project, wanted.asked).tally_by("target_id")
    ids = _chosen("target_id", wanted.asked.target_id, tallies)
    names = {target.pk: str(target) for target in Target.objects.filter(pk__in=ids)}
    return [
        Part(str(pk), names[pk], project, replace(wanted.asked, target_id=(pk,)), tallies.get(pk, Tally({})))
        for pk in ids
        if pk in names
    ]


def _platforms(project: Project, wanted: Asked) -> list[Part]:
    tallies = Counting(project, wanted.asked).tally_by("platform")
    return [
        Part(
            name,
            str(Platform(name).label),
            project,
            replace(wanted.asked, platform=(name,)),
            tallies.get(name, Tally({})),
        )
        for name in _chosen("platform", wanted.asked.platform, tallies)
    ]


def _chosen(name: str, named: Sequence[Any], tallies: Mapping[Any, Tally]) -> Sequence[Any]:
    """Those that are named, or those with most reviews, however few there are."""
    if named and not FEWEST <= len(named) <= MOST:
        raise ValidationError({name: f"Choose {FEWEST} to {MOST} to compare."})
    return named or sorted(tallies, key=lambda key: (-tallies[key].total, str(key)))[:MOST]


def _periods(project: Project, wanted: Asked) -> list[Part]:
    return [
        Part(key, days_in_words(asked), project, asked, Counting(project, asked).tally())
        for key, asked in {"other": wanted.other, "asked": wanted.asked}.items()
    ]


def days_in_words(asked: ResultFilter) -> str:
    """``Mar 1, 2026 to Mar 14, 2026``"""
    first, last = asked.date_from, asked.date_to
    if first and last:
        return _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    return f"since {_day(first)}" if first else f"until {_day(last)}" if last else "all days"


def _day(day: date) -> str:
    return dateformat.format(day, "M j, Y, H:i" if isinstance(day, datetime) else "M j, Y")


def verdict(part: Part, first: Part) -> str:
    """In words what may be said of the difference between two parts."""
    if min(part.tally.labelled, first.tally.labelled) < significance.LEAST:
        return f"Fewer than {significance.LEAST} reviews with a label on one side: too few to say anything."
    found = [_sentence(part, first, side) for side in SIDES if part.differs(first, side)]
    return " ".join(found) or "What differs may well be chance."


def _sentence(part: Part, first: Part, side: str) -> str:
    more = "More" if (part.share(side) or 0) > (first.share(side) or 0) else "Fewer"
    return f"{more} are {side}: {_range(part, side)} against {_range(first, side)}, more than chance explains."


def _range(part: Part, side: str) -> str:
    low, high = part.range(side)
    return f"{percent(part.share(side) or 0, 1)} ({percent(low, 1)} to {percent(high, 1)})"
