"""Read the labelled texts and make the training and held-out examples of them.

The folder holds `vader/*_GroundTruth.txt` (id, mean human rating −4…4, text), `goemotions/{train,dev}.tsv` (text, label
numbers, id), `goemotions/labels.txt` and `exclude.sha1` (fingerprints of texts that occur in public test sets).
"""

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from results.analysis.cleaning import clean

CORPORA = ("tweets", "amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets")
COMMENTS = "goemotions"
HELD_OUT_PERCENT = 4
# A window is a few sentences of one review read as one text: sentences alone would teach the model short texts only.
# Tweets and film sentences come one by one.
WINDOWS_PER_REVIEW = {"amazonReviewSnippets": 6, "nytEditorialSnippets": 2}
LONGEST_WINDOW = 7
NEUTRAL_BORDER, NEUTRAL_BORDER_OF_WINDOWS = 0.5, 0.35
NEGATIVE, NEUTRAL, POSITIVE = range(3)
SIDES = {
    NEGATIVE: "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness",
    NEUTRAL: "neutral",
    POSITIVE: "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
}
SIDE_OF_EMOTION = {emotion: side for side, emotions in SIDES.items() for emotion in emotions.split()}


@dataclass(frozen=True, slots=True)
class Example:
    """One text and what people said of it; None where nobody was asked."""

    text: str
    source: str
    sentiment: tuple[float, float, float] | None = None  # negative, neutral, positive; sums to about 1
    rating: float | None = None  # mean human rating, −4…4
    emotions: tuple[int, ...] | None = None  # numbers of the labels in `labels.txt`


@dataclass(frozen=True, slots=True)
class Corpus:
    """All examples: those to learn from and those only ever used to measure."""

    train: list[Example]
    held_out: list[Example]
    emotions: list[str]


def read_corpus(folder: Path) -> Corpus:
    """The examples of a data folder, the same split each time."""
    excluded = frozenset(lines(folder / "exclude.sha1"))
    emotions = lines(folder / "goemotions" / "labels.txt")
    train: list[Example] = []
    held_out: list[Example] = []
    for corpus in CORPORA:
        learn, measure = rated_examples(folder / "vader" / f"{corpus}_GroundTruth.txt", corpus, excluded)
        train += learn
        held_out += measure
    train += emotion_examples(folder / "goemotions" / "train.tsv", emotions, excluded)
    held_out += emotion_examples(folder / "goemotions" / "dev.tsv", emotions, frozenset())
    return Corpus(train, held_out, emotions)


def rated_examples(path: Path, corpus: str, excluded: frozenset[str]) -> tuple[list[Example], list[Example]]:
    """Single sentences, split by the review they come from, and windows over the reviews to learn from."""
    train: list[Example] = []
    held_out: list[Example] = []
    reviews: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row_id, rating, text in rated_rows(path):
        if fingerprint(text) in excluded:
            continue
        review = row_id.split("_")[0]
        example = Example(clean(text), corpus, soft_sentiment(rating, NEUTRAL_BORDER), rating)
        if is_held_out(corpus + review):
            held_out.append(example)
            continue
        train.append(example)
        if "_" in row_id:
            reviews[review].append((text, rating))
    return train + list(window_examples(reviews, corpus)), held_out


def rated_rows(path: Path) -> Iterator[tuple[str, float, str]]:
    for line in lines(path):
        row_id, rating, text = line.split("\t", 2)
        yield row_id, float(rating), text.strip()


def window_examples(reviews: dict[str, list[tuple[str, float]]], corpus: str) -> Iterator[Example]:
    """Two to seven neighbouring sentences of a review with the mean of their ratings."""
    chance = np.random.RandomState(1)
    for sentences in reviews.values():
        if len(sentences) < 3:
            continue
        for _ in range(WINDOWS_PER_REVIEW.get(corpus, 0)):
            length = chance.randint(2, min(LONGEST_WINDOW, len(sentences)) + 1)
            start = chance.randint(0, len(sentences) - length + 1)
            window = sentences[start : start + length]
            rating = float(np.mean([rating for _, rating in window]))
            text = clean(" ".join(text for text, _ in window))
            yield Example(text, f"{corpus}_window", soft_sentiment(rating, NEUTRAL_BORDER_OF_WINDOWS), rating)


def emotion_examples(path: Path, emotions: list[str], excluded: frozenset[str]) -> Iterator[Example]:
    for line in lines(path):
        text, numbers, _ = line.split("\t")
        if fingerprint(text) in excluded:
            continue
        labels = tuple(int(number) for number in numbers.split(","))
        yield Example(clean(text), COMMENTS, side_of([emotions[n] for n in labels]), emotions=labels)


def side_of(emotions: list[str]) -> tuple[float, float, float] | None:
    """A soft label where all emotions that have a side agree; surprise, confusion and the like have none."""
    sides = {SIDE_OF_EMOTION[emotion] for emotion in emotions if emotion in SIDE_OF_EMOTION}
    if len(sides) != 1:
        return None
    side = sides.pop()
    negative, neutral, positive = (0.94 if index == side else 0.03 for index in range(3))
    return negative, neutral, positive


def soft_sentiment(rating: float, border: float, width: float = 0.25) -> tuple[float, float, float]:
    """How likely people call a text of this mean rating negative, neutral, positive: two smooth steps at ±border."""
    positive = 1 / (1 + math.exp(-(rating - border) / width))
    negative = 1 / (1 + math.exp((rating + border) / width))
    return negative, max(0.0, 1 - positive - negative), positive


def is_held_out(review: str) -> bool:
    """A fixed 4 % of the reviews, the same on every machine."""
    digest = hashlib.md5(review.encode(), usedforsecurity=False).hexdigest()
    return int(digest, 16) % 100 < HELD_OUT_PERCENT


def fingerprint(text: str) -> str:
    """The form in which `exclude.sha1` names a text."""
    letters = re.sub(r"[^a-z0-9]+", "", text.lower())
    return hashlib.sha1(letters.encode(), usedforsecurity=False).hexdigest()


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
