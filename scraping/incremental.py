"""When a visit may stop at what is known, so that a site is asked as little as possible.

A source that gives the newest first is left once it gives known reviews only. What is edited or taken away further
back would never be noticed that way, so every tenth visit reads on as the first one did. So does one that wants more
than was wanted before, or other reviews of the target, and one after a visit that broke off: behind where that stopped
there may be a gap.
"""

from collections.abc import Sequence

from bson import ObjectId

from results.ingest import Item, Stored
from scraping.choices import StepState
from scraping.models import Step
from scraping.scope import is_newest_first

FULL_EVERY = 10
PAGES, REVIEWS = 2, 30  # known ones in a row, whichever comes first


def is_full_read_due(step: Step, wanted: int | None) -> bool:
    """Whether the visits to the step's target before this one leave no other way. ``wanted`` None means all."""
    visits = Step.objects.collecting().filter(target_id=step.target_id, id__lt=step.pk).order_by("-id")
    for visit in visits[: FULL_EVERY - 1]:
        if visit.state != StepState.DONE or visit.options != step.options:
            return True
        if visit.is_full:
            return not _reaches(visit.wanted, wanted)
    return True


def jobs_alike(step: Step) -> list[ObjectId] | None:
    """Those that have read the step's target with the same options; None when all have."""
    visits = Step.objects.collecting().filter(target_id=step.target_id, id__lte=step.pk)
    found = list(visits.values_list("job_id", "options"))
    alike = [job_id for job_id, options in found if options == step.options]
    return alike if len(alike) < len(found) else None


def _reaches(done: int | None, wanted: int | None) -> bool:
    return done is None or (wanted is not None and wanted <= done)


class Stretch:
    """How many known reviews have come in a row. A source that does not keep to the order it promises has none."""

    def __init__(self) -> None:
        self.pages = self.reviews = 0
        self._last: list[Item] = []
        self._is_ordered = True

    def add(self, items: Sequence[Item], stored: Stored) -> None:
        self._is_ordered = self._is_ordered and is_newest_first([*self._last, *items])
        self._last = list(items[-1:])
        is_known = bool(stored.unchanged) and not stored.new and not stored.updated
        self.pages = self.pages + 1 if is_known else 0
        self.reviews = self.reviews + len(stored.unchanged) if is_known else 0

    @property
    def is_long(self) -> bool:
        return self._is_ordered and (self.pages >= PAGES or self.reviews >= REVIEWS)
