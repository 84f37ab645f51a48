"""The engine that reads with models from Hugging Face, through sentimatrix's analysers.

Theirs are corrected where they mislead: of several emotions at once each has a probability of its own, blank texts do
not shift the answers of others, and a label they do not know is no "neutral".
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from pathlib import PurePath
from threading import Lock
from typing import Any

from django.conf import settings
from sentimatrix.analysis.emotion import EmotionDetector
from sentimatrix.analysis.sentiment import SentimentAnalyzer
from sentimatrix.core.config import ModelConfig
from sentimatrix.core.exceptions import SentimatrixError
from sentimatrix.providers.models.huggingface import HuggingFaceModelProvider

from results.analysis import own_labels
from results.analysis.engine import Analysis, AnalysisError
from results.analysis.labels import primary_emotion
from results.analysis.language import screened
from results.choices import State

logger = logging.getLogger(__name__)

BATCH = 16  # texts of like length
LONGEST_ID = 100
ALL = "*"
Scores = dict[str, float]

# It writes JSON to the standard output of whoever imports it.
_library = logging.getLogger("sentimatrix")
_library.handlers.clear()
_library.propagate = True


class Provider(HuggingFaceModelProvider):
    """Of a model that tells several things at once, each by itself."""

    def _predict_batch_sync(self, texts: list[str], return_all_scores: bool = True) -> list[dict[str, Any]]:
        # Hundreds of megabytes: imported where a model is loaded and nowhere else.
        import torch

        longest = self._model_info.max_length
        read = self._tokenizer(texts, return_tensors="pt", truncation=True, max_length=longest, padding=True)
        with torch.inference_mode():
            logits = self._model(**{name: values.to(self._device) for name, values in read.items()}).logits.float()
        is_multi_label = self._model.config.problem_type == "multi_label_classification"
        rows = (torch.sigmoid(logits) if is_multi_label else torch.softmax(logits, dim=-1)).cpu().tolist()
        return [self._answer(dict(zip(self.labels, row, strict=True))) for row in rows]

    @staticmethod
    def _answer(scores: dict[str, float]) -> dict[str, Any]:
        label = max(scores, key=scores.__getitem__)
        return {"label": label, "score": scores[label], "all_scores": scores}


class Sentiments(SentimentAnalyzer):
    async def initialize(self) -> None:
        self._provider = Provider(self._config, self._model_name)
        await self._provider.initialize()
        self._initialized = True


class Emotions(EmotionDetector):
    async def initialize(self) -> None:
        self._provider = Provider(self._config, self._model_name)
        await self._provider.initialize()
        self._initialized = True


class TransformerEngine:
    """Reads with the models that the settings name. Threads may share it: one reads at a time."""

    def __init__(self) -> None:
        self.id = f"transformer:{_name(settings.TRANSFORMER_MODEL)}"[:LONGEST_ID]
        self.languages = frozenset(settings.TRANSFORMER_LANGUAGES)
        self._reading = Lock()
        # Its models are kept by this engine, not in a memory of the library's that nothing empties.
        config = ModelConfig(batch_size=BATCH, cache_models=False)
        self._sentiments = Sentiments(config, settings.TRANSFORMER_MODEL)
        self._names = own_labels.sentiments_of(_loaded(self._sentiments, settings.TRANSFORMER_MODEL))
        self._emotions: Emotions | None = None
        self._emotion_names: dict[str, str] = {}
        if settings.TRANSFORMER_EMOTION_MODEL:
            self._emotions = Emotions(config, settings.TRANSFORMER_EMOTION_MODEL)
            labels = _loaded(self._emotions, settings.TRANSFORMER_EMOTION_MODEL)
            self._emotion_names = own_labels.emotions_of(labels)

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis per text, in the same order."""
        taken = [screened(text) for text in texts]
        states = [self._state(language) for _, language in taken]
        readable = (place for place, state in enumerate(states) if state == State.ANALYSED)
        # Texts of like length are read together: what is shorter than the longest of a batch costs as much as that.
        order = sorted(readable, key=lambda place: len(taken[place][0]))
        read = dict(zip(order, self._read([taken[place][0] for place in order]), strict=True))
        return [
            self._analysis(*read[place], language or "") if place in read else Analysis(self.id, state, language or "")
            for place, (state, (_, language)) in enumerate(zip(states, taken, strict=True))
        ]

    def _state(self, language: str | None) -> str:
        if language is None:
            return State.NO_TEXT.value
        is_read = ALL in self.languages or language in self.languages
        return State.ANALYSED.value if is_read else State.UNSUPPORTED_LANGUAGE.value

    def _read(self, texts: list[str]) -> list[tuple[Scores, Scores]]:
        """What the models make of each text that is not blank: by their own labels for sentiments, and for emotions."""
        if not texts:
            return []
        with self._reading:
            said = _run(self._sentiments.analyze_batch(texts), "The transformer could not read the texts.")
            sentiments = [one.all_scores for one in said.results]
            emotions: list[Scores] = [{} for _ in texts]
            if self._emotions:
                felt = _run(self._emotions.detect_batch(texts), "The transformer could not read the emotions.")
                emotions = [one.all_scores for one in felt.results]
        return list(zip(sentiments, emotions, strict=True))

    def _analysis(self, sentiments: Scores, emotions: Scores, language: str) -> Analysis:
        scores = own_labels.five(sentiments, self._names)
        label, score, confidence = own_labels.decided(scores)
        found = own_labels.ekman(emotions, self._emotion_names)
        return Analysis(
            engine=self.id,
            state=State.ANALYSED.value,
            language=language,
            sentiment=label,
            score=score,
            confidence=confidence,
            scores=scores,
            emotions=found,
            emotion=primary_emotion(found),
            fine_emotions=own_labels.fine(emotions, self._emotion_names),
        )


def _name(model: str) -> str:
    """Of a folder its last part: where it stands is nobody's business."""
    return PurePath(model).name if PurePath(model).is_absolute() or model.startswith(".") else model


def _loaded(analyser: Sentiments | Emotions, model: str) -> list[str]:
    """The labels of its model, which is loaded now. Raises AnalysisError."""
    _run(analyser.initialize(), f"The transformer's model “{_name(model)}” cannot be loaded.", can_retry=False)
    labels: list[str] = analyser._provider.labels
    return labels


def _run(work: Coroutine[Any, Any, Any], problem: str, *, can_retry: bool = True) -> Any:
    """What a coroutine of the library gives. Raises AnalysisError with the problem; the log has the library's words."""
    try:
        return asyncio.run(work)
    except (SentimatrixError, TypeError) as error:  # the latter where the library words an error of its own wrongly
        logger.warning("%s %s", problem, error)
        raise AnalysisError("transformer_failed", problem, can_retry) from error
