"""Which reviews of a project, and in which order: what an address of the list asks for."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from django.http import QueryDict

from projects.models import Project
from results.filters import ResultFilter
from results.paging import NEWEST_FIRST, OLDEST_FIRST, read_sort


@dataclass(frozen=True, slots=True)
class Selection:
    asked: ResultFilter = ResultFilter()  # noqa: RUF009 - frozen
    sort: str = NEWEST_FIRST

    @classmethod
    def parse(cls, project: Project, query: QueryDict, beside: Collection[str] = ()) -> Self:
        """Raises ValidationError naming each parameter that is unknown or wrong; ``beside`` are the caller's."""
        asked = ResultFilter.parse(project, query, beside=["sort", *beside])
        return cls(asked, read_sort(query.get("sort", "")))

    def of(self, asked: ResultFilter) -> Self:
        """Other reviews in the same order."""
        return replace(self, asked=asked)

    @property
    def is_newest_first(self) -> bool:
        return self.sort == NEWEST_FIRST

    @property
    def turned(self) -> Self:
        """The same reviews from the other end."""
        return replace(self, sort=OLDEST_FIRST if self.is_newest_first else NEWEST_FIRST)

    @property
    def query(self) -> str:
        """The query string that asks for the same; empty for all reviews, newest first."""
        return self.in_order(self.asked.query)

    def in_order(self, query: str) -> str:
        """The query string of another filter, in this order."""
        order = "" if self.is_newest_first else f"sort={self.sort}"
        return "&".join(part for part in (query, order) if part)


ALL = Selection()
