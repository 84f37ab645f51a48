"""From what a source or file yields to stored, counted reviews."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One review or comment as a source gives it. Dates are aware and in UTC."""

    external_id: str  # the platform's own id, or one made of the content: the same review always has the same
    text: str
    title: str = ""
    author: str = ""
    url: str = ""
    rating: float | None = None
    rating_max: float | None = (
        None  # top of the scale: 5 for stars, 1 for thumbs; −rating_max is the bottom of a signed one
    )
    published_at: datetime | None = None
    language: str = ""  # what the source says, e.g. "en" or "english"
