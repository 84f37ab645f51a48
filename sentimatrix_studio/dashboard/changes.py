"""What changed this week, in words: said only where it is more than chance, and never of few reviews.

The week are seven days up to today (UTC); it is compared with the seven before.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, TypedDict

from bson import ObjectId
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from integrations.models import Event
from projects.choices import Platform, TargetStatus
from projects.models import Project, Target
from results import significance
from results.charts.scales import count, percent
from results.choices import shown_as
from results.filters import ResultFilter
from results.links import reviews_link
from results.models import DailyRollup
from results.report import today
from results.tallies import SENTIMENT, Tally
from scraping.sources.outcomes import Outcome
from sentimatrix_studio.shapes import Id

Kind = Literal["target_failing", "negative", "positive", "volume"]
WEEK = timedelta(days=7)
MOST = 8
MOST_FAILURES = 500  # events to look at


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    words: str
    url: str  # the path of the page with what is behind it
    is_up: bool
    is_good: bool | None  # None: neither
    project_id: ObjectId
    platform: str
    now: float | None  # the number that has changed: a share of 0 … 1, or how many there were
    before: float | None

    @property
    def is_of_numbers(self) -> bool:
        return self.kind == "volume"


class WeeklyChangeJson(TypedDict):
    """`now` and `before` are what has changed: a share of 0 to 1, or a number of reviews. `url` is the path of the page
    with what is behind it."""

    kind: Kind
    text: str
    url: str
    is_up: bool
    project_id: Id
    platform: str | None
    now: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class Scene:
    """A project, or what it has on one platform, this week and the week before."""

    project: Project
    platform: str
    before: Tally
    now: Tally

    @property
    def name(self) -> str:
        return f"{self.project} on {Platform(self.platform).label}" if self.platform else str(self.project)

    def url(self, **query: Any) -> str:
        this_week = ResultFilter(date_from=first_day(), date_to=today())
        return reviews_link(self.project, this_week)(platform=self.platform, **query)


def first_day() -> date:
    return today() - WEEK + timedelta(days=1)


def changes(user: User, project_ids: Collection[ObjectId]) -> list[Change]:
    """In four queries, whatever there is: what fails first, then feeling, then numbers."""
    rollups = DailyRollup.objects.filter(project_id__in=project_ids).between(first_day() - WEEK, today())
    weeks = rollups.before_and_since(first_day(), ("project_id", "platform"), SENTIMENT)
    failing = _newly_failing(user, project_ids)
    concerned = {pk for pk, _ in weeks} | {target.project_id for target in failing}
    projects = {project.pk: project for project in Project.objects.filter(pk__in=concerned)}
    found = [_failure(target, projects[target.project_id]) for target in failing]
    for project_id in {pk for pk, _ in weeks}:
        by_platform = {platform: pair for (pk, platform), pair in weeks.items() if pk == project_id}
        found += _of_project(projects[project_id], by_platform)
    return sorted(found, key=_rank)[:MOST]


def _rank(change: Change) -> tuple[int, float]:
    order: tuple[Kind, ...] = ("target_failing", "negative", "positive", "volume")
    return order.index(change.kind), -abs((change.now or 0) - (change.before or 0))


# Feeling and numbers


def _of_project(project: Project, by_platform: Mapping[str, tuple[Tally, Tally]]) -> list[Change]:
    """What is true of the whole project is not said again of its platforms."""
    before, now = (sum((pair[i] for pair in by_platform.values()), Tally({})) for i in (0, 1))
    found = list(_of_scene(Scene(project, "", before, now)))
    said = {change.is_of_numbers for change in found}
    for platform, pair in by_platform.items() if len(by_platform) > 1 else ():
        found += [one for one in _of_scene(Scene(project, platform, *pair)) if one.is_of_numbers not in said]
    return found


def _of_scene(scene: Scene) -> Iterator[Change]:
    """At most one remark about feeling: the side on which more has changed."""
    shifts = [shift for side in ("negative", "positive") if (shift := _shift(scene, side))]
    if shifts:
        yield max(shifts, key=lambda shift: abs((shift.now or 0) - (shift.before or 0)))
    now, before = scene.now.total, scene.before.total
    if significance.numbers_differ(now, before):
        words = f"{scene.name}: {count(now)} reviews, {_way(now > before)} from {count(before)} the week before."
        yield _change(scene, "volume", words, scene.url(), now, before)


def _shift(scene: Scene, side: Any) -> Change | None:
    part, before = scene.now.polarities[side], scene.before.polarities[side]
    whole, whole_before = scene.now.labelled, scene.before.labelled
    if not significance.shares_differ(part, whole, before, whole_before):
        return None
    share, share_before = part / whole, before / whole_before
    words = (
        f"{scene.name}: {percent(part, whole)} of {count(whole)} reviews are {side}, {_way(share > share_before)} from "
        f"{percent(before, whole_before)} of {count(whole_before)} the week before."
    )
    url = scene.url(sentiment=shown_as(side, scene.project.sentiment_classes))
    return _change(scene, side, words, url, round(share, 4), round(share_before, 4))


def _change(scene: Scene, kind: Kind, words: str, url: str, now: float, before: float) -> Change:
    is_up = now > before
    is_good = None if kind == "volume" else is_up == (kind == "positive")
    return Change(kind, words, url, is_up, is_good, scene.project.pk, scene.platform, now, before)


def _way(is_up: bool) -> str:
    return "up" if is_up else "down"


# Targets


def _newly_failing(user: User, project_ids: Collection[ObjectId]) -> list[Target]:
    """Targets in error that failed this week and not in the one before."""
    week_ago = timezone.now() - WEEK
    failures = Event.objects.owned_by(user).filter(name="target.error", at__gte=week_ago - WEEK).order_by("-at", "-pk")
    rows = list(failures.values_list("at", "facts")[:MOST_FAILURES])
    earlier = {facts["target_id"] for at, facts in rows if at < week_ago}
    lately = {facts["target_id"] for at, facts in rows} - earlier
    failing = Target.objects.filter(pk__in=lately, project_id__in=project_ids, status=TargetStatus.ERROR)
    return list(failing.order_by("-last_scraped_at", "pk")) if lately else []


def _failure(target: Target, project: Project) -> Change:
    reason = Outcome(target.outcome_code).label.lower()
    words = f"{project}: “{target}” could not be read this week ({reason})."
    url = reverse("projects:target_list", args=[project.pk])
    return Change("target_failing", words, url, False, False, project.pk, target.platform, None, None)


def change_as_json(change: Change) -> WeeklyChangeJson:
    return {
        "kind": change.kind,
        "text": change.words,
        "url": change.url,
        "is_up": change.is_up,
        "project_id": str(change.project_id),
        "platform": change.platform or None,
        "now": change.now,
        "before": change.before,
    }
