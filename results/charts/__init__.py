"""Charts: numbers in, frozen dataclasses of geometry out; ``ui/charts/*.html`` draws them.

* Plot coordinates are percentages (0-100) of the plot area, so a chart has no intrinsic width.
* Coordinates are *strings*: template localisation must never print ``12,5`` into an attribute.
* ``None``, NaN, infinities and negative counts are data errors: they draw as zero, or as a gap in a line.
* Every ``Mark`` and ``Row`` carries the URL of the reviews behind it; ``Mark.row`` points to its table row.
"""

from .bars import counts, impact_bars, share_bar, share_bars
from .comparisons import donut, heat, radar
from .dates import Unit, floor, periods, shift
from .models import Category, Chart, Event, Item, Layer, Mark, Series
from .over_time import line, sparkline, timeline

__all__ = [
    "Category",
    "Chart",
    "Event",
    "Item",
    "Layer",
    "Mark",
    "Series",
    "Unit",
    "counts",
    "donut",
    "floor",
    "heat",
    "impact_bars",
    "line",
    "periods",
    "radar",
    "share_bar",
    "share_bars",
    "shift",
    "sparkline",
    "timeline",
]
