"""Read files of texts that people have labelled, however they are written: what is not told is guessed."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from pathlib import Path

from results.analysis.evaluation import SIDE_OF_LABEL, Side
from results.choices import Sentiment

DELIMITERS = "\t,;|"
ROWS_FOR_THE_DELIMITER = 50
LABEL_HEADERS = frozenset({"label", "sentiment", "rating", "stars", "score", "polarity", "class", "target"})
# A mean rating of −4…4 nearer to 0 is neutral, as in the papers on such ratings; so are stars nearer to 3. The same
# distance further out is "very", where 1 and 5 stars are.
NEUTRAL_BORDER, VERY_BORDER = 0.5, 1.5
MOST = 0.95  # of the cells must be labels in a column of labels; a few may be damaged
LABEL_OF_WORD = {
    **{str(label): str(label) for label in Sentiment.values},
    **dict.fromkeys(("pos", "good"), Sentiment.POSITIVE.value),
    **dict.fromkeys(("neg", "bad"), Sentiment.NEGATIVE.value),
    **dict.fromkeys(("neu", "mixed"), Sentiment.NEUTRAL.value),
}


class LabelledFileError(Exception):
    """The file cannot be used; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """The texts of a file with the label people gave them, and how the file was read."""

    texts: list[str]
    labels: list[str]  # of the five; where the file knows sides only, never "very"
    scale: "Scale"
    text_column: str
    label_column: str
    skipped: int  # rows without a text cell or with a label that is not on the scale

    @property
    def sides(self) -> list[Side]:
        return [SIDE_OF_LABEL[label] for label in self.labels]


class Scale(StrEnum):
    """How labels are written. In the order of guessing: of the scales that fit, the first is meant."""

    WORDS = "words"  # positive, neg, very negative …
    BINARY = "binary"  # 0, 1
    STARS = "stars"  # 1 to 5, 3 is neutral
    RATING = "rating"  # −4 to 4

    def label(self, written: str) -> str:
        """Which of the five labels is meant. Raises ValueError for what is not on the scale."""
        return _READERS[self](written.strip())

    def fits(self, labels: list[str]) -> bool:
        """Whether nearly all of the labels, and at least one, are on the scale."""
        return bool(labels) and sum(self.has(label) for label in labels) >= MOST * len(labels)

    def has(self, written: str) -> bool:
        try:
            self.label(written)
        except ValueError:
            return False
        return True


class Table:
    """Rows of cells, with the names of the columns if the file has them."""

    def __init__(self, rows: list[list[str]], named: tuple[str, ...]) -> None:
        width = Counter(len(row) for row in rows).most_common(1)[0][0]
        self.width = width
        self.header = rows[0] if self._starts_with_header(rows, named) else []
        self.rows = rows[1:] if self.header else rows

    def column(self, name: str) -> int:
        """The index of a column given by its header or its number from 1."""
        headers = [header.strip().lower() for header in self.header]
        if name.strip().lower() in headers:
            return headers.index(name.strip().lower())
        if name.isdecimal() and 1 <= int(name) <= self.width:
            return int(name) - 1
        names = ", ".join(map(self.name, range(self.width)))
        raise LabelledFileError(f"There is no column “{name}”. The columns are {names}.")

    def name(self, column: int) -> str:
        return self.header[column] if self.header else str(column + 1)

    def cells(self, column: int) -> list[str]:
        return [row[column] for row in self.rows if column < len(row)]

    def scale(self, column: int) -> Scale | None:
        """The scale of a column of labels, None for any other column."""
        cells = self.cells(column)
        return next((scale for scale in Scale if scale.fits(cells)), None)

    def guess_label(self) -> int:
        found = [column for column in range(self.width) if self.scale(column) and not self._numbers_rows(column)]
        headed = [column for column in found if self.name(column).strip().lower() in LABEL_HEADERS]
        if len(headed or found) == 1:
            return (headed or found)[0]
        if not found:
            raise LabelledFileError("No column holds labels: say which one with --label-column and --scale.")
        names = ", ".join(map(self.name, headed or found))
        raise LabelledFileError(f"Any of the columns {names} could hold the labels: say which one with --label-column.")

    def guess_text(self, label: int) -> int:
        """The column with the longest cells."""
        others = [column for column in range(self.width) if column != label]
        if not others:
            raise LabelledFileError("The file has one column only: give its --delimiter.")
        return max(others, key=lambda column: sum(map(len, self.cells(column))))

    def _numbers_rows(self, column: int) -> bool:
        """Whether a column only counts: 1, 2, 3 …"""
        cells = self.cells(column)
        return cells == [str(number) for number in range(1, len(cells) + 1)]

    def _starts_with_header(self, rows: list[list[str]], named: tuple[str, ...]) -> bool:
        """A first row without any label above a column of labels, or with the name of a column asked for."""
        first = [cell.strip().lower() for cell in rows[0]]
        if any(name.strip().lower() in first for name in named if name and not name.isdecimal()):
            return True
        if any(scale.has(cell) for scale in Scale for cell in first):
            return False
        columns = [[row[column] for row in rows[1:] if column < len(row)] for column in range(self.width)]
        return any(scale.fits(cells) for scale in Scale for cells in columns)


def read_labelled_texts(
    path: Path, text_column: str = "", label_column: str = "", delimiter: str = "", scale: Scale | None = None
) -> LabelledTexts:
    """The labelled texts of a CSV or TSV file in UTF-8, with or without header.

    A column is named by its header or its number from 1. Raises LabelledFileError when a guess would be a coin toss.
    """
    table = Table(_rows(path, delimiter), (text_column, label_column))
    label = table.column(label_column) if label_column else table.guess_label()
    text = table.column(text_column) if text_column else table.guess_text(label)
    scale = scale or table.scale(label)
    if scale is None:
        raise LabelledFileError(f"The labels of column {table.name(label)} are on no known scale.")
    rows = [row for row in table.rows if len(row) > max(text, label) and scale.has(row[label])]
    return LabelledTexts(
        texts=[row[text] for row in rows],
        labels=[scale.label(row[label]) for row in rows],
        scale=scale,
        text_column=table.name(text),
        label_column=table.name(label),
        skipped=len(table.rows) - len(rows),
    )


def _rows(path: Path, delimiter: str) -> list[list[str]]:
    """The rows of a file; tab-separated ones as they stand, as their authors seldom quote."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = [line for line in text.split("\n") if line.strip()]
    if not lines:
        raise LabelledFileError("The file is empty.")
    delimiter = delimiter or _guess_delimiter(lines)
    whole = StringIO(text, newline="")
    try:
        if delimiter == "\t":
            return [row for row in csv.reader(whole, csv.excel_tab, quoting=csv.QUOTE_NONE) if row]
        return [row for row in csv.reader(whole, delimiter=delimiter) if row]
    except (csv.Error, TypeError) as error:  # TypeError: a delimiter of more than one character
        raise LabelledFileError(f"The file cannot be read as a table: {error}.") from error


def _guess_delimiter(lines: list[str]) -> str:
    """The delimiter that occurs in most of the first lines; of equals the one less usual in prose."""
    sample = lines[:ROWS_FOR_THE_DELIMITER]
    return max(DELIMITERS, key=lambda delimiter: sum(delimiter in line for line in sample))


def _label_of_word(written: str) -> str:
    word = re.sub(r"[\s-]+", "_", written.lower())
    if word not in LABEL_OF_WORD:
        raise ValueError(written)
    return LABEL_OF_WORD[word]


def _label_of_binary(written: str) -> str:
    if written not in {"0", "1"}:
        raise ValueError(written)
    return Sentiment.POSITIVE.value if written == "1" else Sentiment.NEGATIVE.value


def _label_of_stars(written: str) -> str:
    stars = float(written)
    if not 1 <= stars <= 5:
        raise ValueError(written)
    return label_of_distance(stars - 3)


def _label_of_rating(written: str) -> str:
    rating = float(written)
    if not -4 <= rating <= 4:
        raise ValueError(written)
    return label_of_distance(rating)


def label_of_distance(distance: float) -> str:
    """The label of stars or of a rating so far from the middle of their scale."""
    if abs(distance) < NEUTRAL_BORDER:
        return Sentiment.NEUTRAL.value
    if abs(distance) < VERY_BORDER:
        return Sentiment.POSITIVE.value if distance > 0 else Sentiment.NEGATIVE.value
    return Sentiment.VERY_POSITIVE.value if distance > 0 else Sentiment.VERY_NEGATIVE.value


_READERS: dict[Scale, Callable[[str], str]] = {
    Scale.WORDS: _label_of_word,
    Scale.BINARY: _label_of_binary,
    Scale.STARS: _label_of_stars,
    Scale.RATING: _label_of_rating,
}
