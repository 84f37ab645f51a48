"""The one face of the analysis: texts in, labels out, whichever engine does the work.

from results.analysis.engine import get_engine
for analysis in get_engine().analyse(texts): ...
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, Protocol

from results.choices import State

LOCAL, TRANSFORMER = "local", "transformer"


class AnalysisError(Exception):
    """The analysis could not be done. `message` is safe to show; `can_retry` says whether trying again can help."""

    def __init__(self, code: str, message: str, can_retry: bool = False) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, can_retry


class Postponed(Exception):  # noqa: N818  not an error: somebody wants to be left alone
    """The analysis can go on in so many ``seconds``; what was done until then is not lost."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.message, self.seconds = message, seconds


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an engine says of one text. Without a label unless `state` is `analysed`."""

    engine: str  # who says so, with its version: "local-1"
    state: str  # `State.ANALYSED`, `UNSUPPORTED_LANGUAGE` or `NO_TEXT`
    language: str = ""  # ISO 639-1, "" when unknown
    sentiment: str | None = None  # one of the five of `Sentiment`
    score: float | None = None  # −1…1: probability of positive minus probability of negative, four decimals
    confidence: float | None = None  # 0…1: calibrated probability of the side (negative, neutral, positive)
    scores: dict[str, float] = field(default_factory=dict)  # probability of each of the five, together 1
    emotions: list[tuple[str, float]] = field(default_factory=list)  # `Emotion`s over their threshold, strongest first
    emotion: str | None = None  # the strongest of them but neutral; neutral only if nothing else passed
    fine_emotions: list[tuple[str, float]] = field(default_factory=list)  # the same finer: "gratitude", "amusement" …
    aspects: list["Mention"] = field(default_factory=list)  # each aspect once
    summary: str = ""  # one sentence, at most 500 characters
    insights: list[str] = field(default_factory=list)  # what can be learnt from it, a sentence each

    @property
    def is_analysed(self) -> bool:
        return self.state == State.ANALYSED


class Mention(NamedTuple):
    """What a text says of one aspect."""

    aspect: str
    sentiment: str  # one of the five of `Sentiment`
    score: float  # −1…1
    quote: str  # the piece of the text that says so, as it stands there


class Engine(Protocol):
    """Reads texts. `id` names the engine and its version and is stored with every label."""

    id: str

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis per text, in the same order. A text's answer does not depend on the others.

        Raises AnalysisError when the engine as a whole cannot work; a single odd text never does that.
        """


_engines: dict[str, Engine] = {}
_refused: dict[str, tuple[str, str]] = {}  # code and message: what has failed to load is not tried at each batch
_loading = Lock()


def get_engine(name: str = LOCAL) -> Engine:
    """The engine of that name, loaded once per process. Raises AnalysisError when there is none or it cannot load."""
    with _loading:
        if name in _refused:
            raise AnalysisError(*_refused[name])
        if name not in _engines:
            try:
                _engines[name] = _load(name)
            except AnalysisError as error:
                _refused[name] = error.code, error.message
                raise
        return _engines[name]


def explain(text: str) -> list[tuple[str, float]]:
    """The words of a text in order, each with its push on the score (positive: towards positive), by the local engine.

    Texts of more than 40 words come in clauses instead of words; joined by blanks they are the text again. Words behind
    the first 256 tokens are not read and push 0. Empty for a text that is not analysed. Takes one reading per word.
    """
    # 100 MB of libraries and weights: loaded where texts are read and nowhere else.
    from results.analysis.explanation import explain_text

    return explain_text(text)


def _load(name: str) -> Engine:
    # 100 MB of libraries and weights, or far more: loaded where texts are read and nowhere else.
    if name == LOCAL:
        from results.analysis.local import LocalEngine

        return LocalEngine()
    if name == TRANSFORMER:
        from results.analysis.transformer import TransformerEngine

        return TransformerEngine()
    raise AnalysisError("unknown_engine", f"There is no analysis engine called “{name}”.")
