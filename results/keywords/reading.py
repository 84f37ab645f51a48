"""Reading the words of the newest reviews of a filter: as many as can be read while somebody waits, and no more."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from bson import ObjectId
from pymongo.errors import ExecutionTimeout

from projects.models import Project
from results.choices import POLARITY_OF, State
from results.filters import ResultFilter
from results.keywords.terms import ENGLISH, pieces, stems, telling
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, condition, session

MOST_REVIEWS = 4000
MOST_CHARACTERS = 3_000_000  # of all of them together
LONGEST_READ = 2000  # milliseconds
COLUMNS = ("title", "text", "sentiment", "score", "confidence", "aspects", "dated_at", "language")


@dataclass(frozen=True, slots=True)
class Review:
    """A review with a label. ``text`` is its title and text in small letters, parted: no phrase goes across."""

    id: ObjectId
    side: str  # of POLARITIES
    score: float
    text: str
    language: str  # where its own cannot be told, that of most others
    stems: set[str]  # what a search finds it by
    telling: set[str]  # those of them that say something in its language
    row: dict[str, Any]  # the COLUMNS as they are stored

    @classmethod
    def of(cls, row: dict[str, Any], usual: str) -> Self:
        text, language = f"{row['title']}\n\0\n{row['text']}".lower(), row["language"] or usual
        words = set(pieces(text))
        found = stems(words)
        said = found if language == ENGLISH else telling(words, language)
        return cls(row["_id"], POLARITY_OF[row["sentiment"]], row["score"], text, language, found, said, row)

    @property
    def date(self) -> datetime:
        at: datetime = self.row["dated_at"].replace(tzinfo=UTC)
        return at


@dataclass(frozen=True, slots=True)
class Window:
    """The newest reviews with a label that a filter finds, newest first."""

    reviews: list[Review]
    are_all: bool = True
    is_in_time: bool = True  # else looking for them took too long, and was broken off

    @property
    def read(self) -> int:
        return len(self.reviews)

    @property
    def since(self) -> datetime | None:
        """The oldest of those read, if there are more."""
        return self.reviews[-1].date if self.reviews and not self.are_all else None


def read(project: Project, asked: ResultFilter, most: int = MOST_REVIEWS) -> Window:
    found = _Newest(project, labelled(asked), most)
    rows = list(found)
    usual = _most_common(row["language"] for row in rows)
    return Window([Review.of(row, usual) for row in rows], found.are_all, found.is_in_time)


def labelled(asked: ResultFilter) -> ResultFilter:
    """What is asked for of sentiment and state is passed over: words are compared between the sides, and reviews
    without a label are on none."""
    return replace(asked, sentiment=(), state=(State.ANALYSED.value,))


def _most_common(languages: Iterable[str]) -> str:
    counted = Counter(filter(None, languages)).most_common(1)
    return counted[0][0] if counted else ENGLISH


class _Newest:
    """The rows, newest first, until one of the limits is reached; then ``are_all`` says whether none was."""

    def __init__(self, project: Project, asked: ResultFilter, most: int) -> None:
        self._where, self._most = condition(asked.queryset(project)), most
        self.are_all, self.is_in_time = False, True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        characters = 0
        try:
            for number, row in enumerate(self._found()):
                characters += len(row["title"]) + len(row["text"])
                if number == self._most or (number and characters > MOST_CHARACTERS):
                    return
                yield row
        except ExecutionTimeout:  # what came in time is read
            self.is_in_time = False
            return
        self.are_all = True

    def _found(self) -> Iterator[dict[str, Any]]:
        order = [("dated_at", -1), ("_id", -1)]
        yield from collection(Result).find(
            self._where, COLUMNS, sort=order, limit=self._most + 1, max_time_ms=LONGEST_READ, session=session()
        )
