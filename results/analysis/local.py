"""The embedded engine: English sentiment and emotions without network, key or graphics card."""

from collections.abc import Sequence
from pathlib import Path

from results.analysis.cleaning import has_emoji, with_emoji_named
from results.analysis.engine import Analysis, AnalysisError
from results.analysis.labels import Sides, ekman_emotions, fine_emotions, primary_emotion, sentiment_scores, sides
from results.analysis.language import ENGLISH, screened
from results.analysis.weights import CONFIG_FILE, MODEL_FILE, TOKENIZER_FILE, Weights
from results.choices import Sentiment, State

MODEL_FOLDER = Path(__file__).parent / "model"


class LocalEngine:
    """Reads English with the weights in `results/analysis/model/`. Threads may share it."""

    id = "local-1"

    def __init__(self, folder: Path = MODEL_FOLDER) -> None:
        missing = [name for name in (MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE) if not (folder / name).is_file()]
        if missing:
            raise AnalysisError("model_missing", f"The embedded model is incomplete: {', '.join(missing)} not found.")
        self.weights = Weights(folder)

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis per text, in the same order."""
        return [self._analyse(text) for text in texts]

    def _analyse(self, raw: str) -> Analysis:
        text, language = screened(raw)
        if language is None:
            return self._read_emoji(text)
        if language != ENGLISH:
            return Analysis(self.id, State.UNSUPPORTED_LANGUAGE.value, language)
        return self._read(text, language)

    def _read_emoji(self, text: str) -> Analysis:
        """Emoji alone are read by their names: of 48 with which people praise or complain 18 get a side, all the right
        one, the rest would be called neutral. So they get a label only with a side."""
        found = self._read(text, "") if has_emoji(text) else None
        if found is None or found.sentiment == Sentiment.NEUTRAL:
            return Analysis(self.id, State.NO_TEXT.value)
        return found

    def _read(self, text: str, language: str) -> Analysis:
        logits = self.weights.logits(with_emoji_named(text))
        found = sides(logits, self.weights.config)
        scores = sentiment_scores(found, logits.rating, self.weights.config)
        emotions = ekman_emotions(logits.emotions, self.weights.config)
        return Analysis(
            engine=self.id,
            state=State.ANALYSED.value,
            language=language,
            sentiment=max(scores, key=scores.__getitem__),
            score=score_of(found),
            confidence=round(max(found), 4),
            scores=scores,
            emotions=emotions,
            emotion=primary_emotion(emotions),
            fine_emotions=fine_emotions(logits.emotions, self.weights.config),
        )


def score_of(found: Sides) -> float:
    """The score −1…1 of the three probabilities."""
    negative, _, positive = found
    return round(positive - negative, 4)
