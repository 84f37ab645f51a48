"""Analysis inside the web process: for a sentence somebody tries, and for the words behind a label.

Everything else is read by workers. Requests wait for one of a few places, so that a crowd of the curious cannot keep
the site from answering.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from results.analysis.choosing import choose
from results.analysis.engine import LOCAL, Analysis, AnalysisError, explain

PLACES = 2
PATIENCE = 5.0  # seconds

_places = BoundedSemaphore(PLACES)


def analyse_now(text: str, wanted: str = LOCAL) -> tuple[Analysis, str]:
    """What the wanted engine makes of a text; where it cannot be had what the local one does, and a sentence on that.

    Raises AnalysisError, also when too many ask at once.
    """
    with _place():
        chosen = choose(wanted)
        return chosen.engine.analyse([text])[0], chosen.notice


def explain_now(text: str) -> list[tuple[str, float]]:
    """See ``engine.explain``. Raises AnalysisError, also when too many ask at once."""
    with _place():
        return explain(text)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE):
        raise AnalysisError("busy", "Many texts are being read just now. Try again in a moment.", can_retry=True)
    try:
        yield
    finally:
        _places.release()
