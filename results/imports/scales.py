"""The scale of a file's ratings and the order of its days and months: questions a single cell cannot answer."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import IO

from results.imports import tables, values
from results.imports.options import Options
from results.imports.rows import Row

SURVEYED = 50_000  # records
SURVEYED_IN_WORKBOOK = 5_000  # which are ten times as slow to read
SHOWN = 30  # characters of each
TOPS = (5.0, 10.0, 100.0)
BOTH_WAYS = (1.0, 2.0, 3.0, 4.0, 5.0, 10.0, 100.0)
STRAYS = 0.01  # so many ratings off the scale are mistakes and no reason to think of a wider scale


def fill(file: IO[bytes], options: Options) -> tuple[Options, list[str]]:
    """The options with the scale and the order filled in where they are open, and what stays uncertain."""
    is_open = {
        "rating": "rating" in options.columns and options.rating_max is None,
        "date": "date" in options.columns and not options.date_order,
    }
    surveyed = _survey(file, options, [role for role, yes in is_open.items() if yes])
    warnings = []
    if is_open["rating"]:
        bottom, top = scale([rating for cell in surveyed["rating"] for rating in _bare_rating(cell)])
        options = replace(options, rating_min=options.rating_min if top is None else bottom, rating_max=top)
        if top is None:
            warnings.append("The scale of the ratings is not known: say its top, or they count nowhere.")
    if is_open["date"]:
        options = replace(options, date_order=order(surveyed["date"]))
        if _is_ambiguous(surveyed["date"]):
            usage = "day" if options.date_order == "dmy" else "month"
            warnings.append(f"Dates like 03/04/2024 can be read two ways; the {usage} is taken to come first.")
    return options, warnings


def _survey(file: IO[bytes], options: Options, roles: Sequence[str]) -> dict[str, list[str]]:
    """The beginnings of the first cells in the columns of these roles."""
    found: dict[str, list[str]] = {role: [] for role in roles}
    if not roles:
        return found
    names, records = tables.open_table(file, options)
    keys = tables.keys(options, names)
    for row in islice(records, SURVEYED_IN_WORKBOOK if options.format == "xlsx" else SURVEYED):
        if isinstance(row, Row):
            for role in roles:
                cell = tables.cell(row, keys[role])
                found[role].append("" if cell is None else str(cell)[:SHOWN])
    return found


def scale(ratings: Sequence[float]) -> tuple[float | None, float | None]:
    """Bottom (None for 0) and top of the narrowest usual scale that holds the ratings; None where there are none."""
    if not ratings:
        return None, None
    inner = sorted(ratings)
    cut = int(len(inner) * STRAYS)
    usual = inner[cut : len(inner) - cut]
    if usual[0] < 0:
        widest = max(abs(inner[0]), abs(inner[-1]))
        reach = widest if widest <= 5 else max(abs(usual[0]), abs(usual[-1]))
        top = next((top for top in BOTH_WAYS if reach <= top), None)
        return (-top if top else None), top
    if usual[0] < 1 and usual[-1] <= 1:
        return None, 1.0  # thumbs, or shares of 1
    return None, next((top for top in TOPS if usual[-1] <= top), None)


def order(dates: Sequence[str]) -> str:
    """dmy or mdy for dates like 03/04/2024, by those of them that can only be read one way; empty if there are none.

    Without evidence: month first between slashes, day first between dots and hyphens, as is usual.
    """
    pairs = [(text, pair) for text in dates if (pair := values.numeric_parts(text))]
    if not pairs:
        return ""
    day_first = sum(first > 12 for _, (first, _) in pairs)
    month_first = sum(second > 12 for _, (_, second) in pairs)
    if day_first == month_first:
        return "mdy" if "/" in pairs[0][0] or " " in pairs[0][0] else "dmy"
    return "dmy" if day_first > month_first else "mdy"


def _is_ambiguous(dates: Sequence[str]) -> bool:
    """Whether nothing but usage decided about the order."""
    pairs = [pair for text in dates if (pair := values.numeric_parts(text))]
    return bool(pairs) and not any(first > 12 or second > 12 for first, second in pairs)


def _bare_rating(cell: str) -> list[float]:
    """The rating, unless it is empty, unreadable, or names its own scale."""
    try:
        found = values.rating(cell)
    except values.Unreadable:
        return []
    return [found[0]] if found and found[1] is None else []
