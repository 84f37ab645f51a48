"""The embedded model as files: tokenizer and network, one clean text in, 32 raw numbers out."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

MODEL_FILE, TOKENIZER_FILE, CONFIG_FILE = "model_int8.onnx", "tokenizer.json", "config.json"
# About twice what the model reads (256 tokens are some 1,100 characters); the tokenizer need not see the rest.
LONGEST_TEXT = 2_000
RATING, FIRST_EMOTION = 3, 4
RATING_SCALE = 2  # the network answers −2…2

# Fusions that make this graph slower: onnxruntime computes the fused forms with less vector arithmetic.
UNFUSED = ["SkipLayerNormFusion", "BiasGeluFusion"]

# Workers are parallel by process; the tokenizer's own threads would only compete with them, and do not survive a fork.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


@dataclass(frozen=True, slots=True)
class Config:
    """What the numbers of the network mean."""

    max_tokens: int
    temperature: float  # divides the sentiment logits, so that of the texts with confidence 0.8 eight in ten are right
    very_rating: float  # predicted human rating (−4…4) from which a side is "very"
    very_spread: float  # how wide the step from plain to "very" is
    emotions: tuple[str, ...]
    emotion_thresholds: NDArray[np.float32]
    fine_emotions: frozenset[str]  # those of `emotions` worth showing by themselves; the others only in their group
    ekman_groups: NDArray[np.float32]  # (7, emotions): 1 where the emotion belongs to the group
    ekman_thresholds: dict[str, float]  # in the order of the groups

    @classmethod
    def read(cls, path: Path) -> Self:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        emotions = tuple(found["emotions"])
        return cls(
            max_tokens=found["max_tokens"],
            temperature=found["temperature"],
            very_rating=found["very"]["rating"],
            very_spread=found["very"]["spread"],
            emotions=emotions,
            emotion_thresholds=np.array(found["emotion_thresholds"], np.float32),
            fine_emotions=frozenset(found["fine_emotions"]),
            ekman_groups=np.array([np.isin(emotions, group) for group in found["ekman"].values()], np.float32),
            ekman_thresholds={label: found["ekman_thresholds"][label] for label in found["ekman"]},
        )


@dataclass(frozen=True, slots=True)
class Logits:
    """The raw answer to one text."""

    sentiment: NDArray[np.float32]  # negative, neutral, positive
    rating: float  # −4…4
    emotions: NDArray[np.float32]  # in the order of `Config.emotions`


class Weights:
    """A loaded model. Threads may share it: neither the tokenizer nor the session keeps anything between calls."""

    def __init__(self, folder: Path) -> None:
        self.config = Config.read(folder / CONFIG_FILE)
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.config.max_tokens)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        path = str(folder / MODEL_FILE)
        self.session = onnxruntime.InferenceSession(
            path, options, providers=["CPUExecutionProvider"], disabled_optimizers=UNFUSED
        )

    def logits(self, text: str) -> Logits:
        """The answer to a clean text. One text a call: the eight-bit scales are per call, so that texts read together
        would change each other's answers."""
        return self.logits_of(self.tokens(text))

    def tokens(self, text: str) -> list[int]:
        """The token numbers of a clean text with those of its begin and end, at most `max_tokens`."""
        found: list[int] = self.tokenizer.encode(text[:LONGEST_TEXT]).ids
        return found

    def logits_of(self, tokens: list[int]) -> Logits:
        numbers = np.array([tokens], np.int64)
        answer = self.session.run(["logits"], {"input_ids": numbers, "attention_mask": np.ones_like(numbers)})[0][0]
        return Logits(answer[:RATING], RATING_SCALE * float(answer[RATING]), answer[FIRST_EMOTION:])
