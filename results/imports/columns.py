"""Which column holds what, judged by what stands in its cells."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from statistics import fmean
from typing import Any

from results.imports import headings, values
from results.imports.options import Column

RATINGS_UP_TO = 100  # a column of larger numbers counts something else


class Cells:
    """The filled cells of one column in the sample."""

    def __init__(self, cells: Sequence[Any]) -> None:
        self.filled = [cell for cell in cells if cell is not None and str(cell).strip()]
        self.texts = [str(cell).strip() for cell in self.filled]

    def share(self, holds: Callable[[Any], bool]) -> float:
        return sum(map(holds, self.filled)) / len(self.filled) if self.filled else 0.0

    @property
    def length(self) -> float:
        return fmean(map(len, self.texts)) if self.texts else 0.0

    @property
    def words(self) -> float:
        return fmean(len(text.split()) for text in self.texts) if self.texts else 0.0

    @property
    def is_distinct(self) -> bool:
        return len(set(self.texts)) >= 0.95 * len(self.texts)

    @property
    def is_rating(self) -> bool:
        return self.share(_is_rating) >= 0.8

    @property
    def is_date(self) -> bool:
        return self.share(_is_date) >= 0.8

    @property
    def is_varied(self) -> bool:
        return len(self.texts) < 2 or len(set(self.texts)) > 1

    @property
    def is_url(self) -> bool:
        return self.share(_is_url) >= 0.8

    @property
    def is_language(self) -> bool:
        return self.share(lambda cell: bool(re.fullmatch(r"[a-z]{2}([-_][A-Za-z]{2})?", str(cell)))) >= 0.9

    @property
    def is_id(self) -> bool:
        """Distinct, in one word and with digits; small whole numbers only where they count up, else they are stars."""
        is_code = self.share(lambda cell: bool(re.fullmatch(r"(?=.*\d)\S{1,200}", str(cell)))) == 1.0
        if not (is_code and self.is_distinct) or self.is_date or self.is_url:
            return False
        if not all(re.fullmatch(r"-?\d+([.,]\d+)?", text) for text in self.texts):
            return True
        if not all(text.isdigit() for text in self.texts):
            return False
        numbers = [int(text) for text in self.texts]
        counts_up = all(after == before + 1 for before, after in pairwise(numbers))
        return counts_up or max(numbers) > RATINGS_UP_TO


def guess(names: Sequence[str], cells: Mapping[Column, Sequence[Any]]) -> dict[str, Column]:
    """Role → column. ``names`` are the headings, empty when there are none; then, and where no heading is known,
    the cells decide. Without a column of words there is no ``text``."""
    sample = {column: Cells(column_cells) for column, column_cells in cells.items()}
    found: dict[str, Column] = dict(headings.by_heading(names, lambda role, name: _fits(role, name, names, sample)))
    if not found:
        return _by_content(sample)
    if "text" not in found:
        rest = {column: part for column, part in sample.items() if column not in found.values()}
        found |= {role: column for role, column in _by_content(rest).items() if role == "text"}
    return found


def has_header(first: Sequence[Any], rest: Sequence[Sequence[Any]]) -> bool:
    """Whether the first row names the others: by a known heading, or by being words over numbers or dates."""
    cells = [str(cell).strip() if cell is not None else "" for cell in first]
    if any(len(cell) > 60 or _is_rating(cell) or _is_date(cell) for cell in cells if cell):
        return False
    if any(map(headings.is_known, cells)):
        return True
    columns = [Cells([row[n] if n < len(row) else None for row in rest]) for n in range(len(cells))]
    return all(cells) and any(column.is_rating or column.is_date for column in columns)


def _is_date(cell: Any) -> bool:
    try:
        return values.moment(cell, "mdy", datetime.max.replace(tzinfo=UTC)) is not None
    except values.Unreadable:
        return False


def _is_rating(cell: Any, most: float = RATINGS_UP_TO) -> bool:
    try:
        found = values.rating(cell)
    except values.Unreadable:
        return False
    return found is not None and abs(found[0]) <= most


def _is_url(cell: Any) -> bool:
    return str(cell).startswith(("http://", "https://"))


def _fits(role: str, name: str, names: Sequence[str], sample: Mapping[Column, Cells]) -> bool:
    """Whether the cells under a known heading hold what it says: half of them is enough, the others are mistakes."""
    cells = sample[name]
    if role == "rating" and headings.plain(name) == "score" and headings.platform(names) == "reddit":
        return False  # votes
    if not cells.filled:
        return role != "text"
    if role == "text":
        return not cells.is_rating  # "Bewertung" is a review as well as its stars
    checks = {"rating": _is_rating, "date": _is_date, "url": _is_url}
    return cells.is_distinct if role == "id" else role not in checks or cells.share(checks[role]) >= 0.5


def _by_content(sample: Mapping[Column, Cells]) -> dict[str, Column]:
    left = {column: cells for column, cells in sample.items() if cells.filled}
    found: dict[str, Column] = {}

    def take(role: str, candidates: Sequence[Column]) -> None:
        if candidates:
            found[role] = candidates[0]
            del left[candidates[0]]

    take("url", [column for column, cells in left.items() if cells.is_url])
    take("date", [column for column, cells in left.items() if cells.is_date])
    take("id", [column for column, cells in left.items() if cells.is_id])
    take("rating", [column for column, cells in left.items() if cells.share(partial(_is_rating, most=10)) >= 0.95])
    take("language", [column for column, cells in left.items() if cells.is_language])
    wordy = [
        column for column, cells in left.items() if cells.share(lambda cell: bool(re.search(r"[^\W\d_]", str(cell))))
    ]
    take("text", sorted(wordy, key=lambda column: -left[column].length))
    wordy = [column for column in wordy if column in left and left[column].is_varied]
    take("author", [column for column in wordy if left[column].words <= 3])
    take("title", [column for column in wordy if column in left and left[column].words > 1])
    return found
