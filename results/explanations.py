"""The words that drove a label, in the text as it was written."""

import re
from collections.abc import Iterable, Iterator

from results.analysis.on_demand import explain_now
from results.choices import State
from results.ingest import readable
from results.models import Result

Words = list[tuple[str, float]]  # words in order, each with its push on the score; line breaks stand among them


def can_be_explained(result: Result) -> bool:
    """Only what the local engine has read."""
    state = result.model_label["state"] if result.model_label else result.state
    return bool(state == State.ANALYSED) and result.engine.startswith("local")


def explain_result(result: Result) -> None:
    """Find out which words drove the label, and keep it with the review. Raises AnalysisError."""
    result.explanation = [list(word) for word in explain_now(readable(result.title, result.text))]
    # Only as long as the review still says what was read.
    Result.objects.filter(pk=result.pk, content_hash=result.content_hash).update(explanation=result.explanation)


def explained_text(result: Result) -> Words:
    """The text of a review word by word with what is known of each; empty if nothing is."""
    return words_in(result.text, result.explanation) if result.explanation else []


def words_in(text: str, explanation: Iterable[tuple[str, float]]) -> Words:
    """The explanation's words with the line breaks of the text; those of a title before it are left out.

    An explanation knows words only: title and text as one, white space folded.
    """
    pushes = [(word, push) for part, push in explanation for word in part.split()]
    written = re.findall(r"\S+|\n+", text)
    title_length = len(pushes) - sum(not word.isspace() for word in written)
    return list(_with_breaks(written, iter(pushes[title_length:]))) if title_length >= 0 else []


def _with_breaks(written: Iterable[str], pushes: Iterator[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    for word in written:
        yield (word, 0.0) if word.isspace() else (word, next(pushes)[1])
