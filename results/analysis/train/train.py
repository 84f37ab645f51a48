"""Fine-tune the network on the prepared examples."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from results.analysis.train.network import EMOTIONS, Network, Tokens, padded
from results.analysis.train.prepare import Example

BATCH = 64
BUCKET = 60 * BATCH  # shuffled texts are sorted by length within a bucket, so that a batch holds little padding
LEARNING_RATE, HEAD_LEARNING_RATE, LAYER_DECAY = 1.5e-4, 1e-3, 0.85
WEIGHT_DECAY = 0.01
WARM_UP = 0.06
RATING_WEIGHT, EMOTION_WEIGHT = 0.5, 0.4
RATING_SCALE = 2.0  # the head answers −2…2 for ratings −4…4
LONGEST_GRADIENT = 1.0
STEPS_BETWEEN_REPORTS = 200


@dataclass(frozen=True)
class Targets:
    """What each text should be answered with, one row a text; `…_known` is 1 where people were asked, else 0."""

    sentiment: Tensor
    sentiment_known: Tensor
    rating: Tensor
    rating_known: Tensor
    emotions: Tensor
    emotions_known: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Targets":
        emotions = torch.zeros(len(examples), EMOTIONS)
        for row, example in enumerate(examples):
            emotions[row, list(example.emotions or ())] = 1
        return cls(
            sentiment=torch.tensor([example.sentiment or (0.0, 0.0, 0.0) for example in examples]),
            sentiment_known=torch.tensor([float(example.sentiment is not None) for example in examples]),
            rating=torch.tensor([(example.rating or 0.0) / RATING_SCALE for example in examples]),
            rating_known=torch.tensor([float(example.rating is not None) for example in examples]),
            emotions=emotions,
            emotions_known=torch.tensor([float(example.emotions is not None) for example in examples]),
        )

    @cached_property
    def class_weights(self) -> Tensor:
        """Weights that lift the rarer side by the square root of its rarity; their mean over the examples is 1."""
        share = self.sentiment.sum(0) / self.sentiment_known.sum()
        weights = (1 / 3 / share).sqrt()
        return weights / (share * weights).sum()


def train(examples: Sequence[Example], texts: Sequence[Tokens], epochs: int, seed: int = 0) -> Network:
    """A network fine-tuned on the examples; `texts` are their token numbers, row by row."""
    torch.manual_seed(seed)
    chance = np.random.RandomState(seed)
    targets = Targets.of(examples)
    network = new_network(targets)
    optimizer = torch.optim.AdamW(parameter_groups(network), betas=(0.9, 0.98), fused=True)
    steps = epochs * -(-len(texts) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: pace(step, steps))
    progress = Progress(steps)
    network.train()
    for _ in range(epochs):
        for rows in shuffled_batches(texts, chance):
            loss = batch_loss(network, [texts[row] for row in rows], targets, torch.from_numpy(rows))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
            optimizer.step()
            schedule.step()
            progress.step(loss.item(), len(rows))
    return network


def new_network(targets: Targets) -> Network:
    """The base encoder with fresh heads; each emotion starts at its frequency, which saves the first hundred steps."""
    network = Network()
    # Of no comments at all, as when they are left out, every emotion is as rare as can be.
    frequency = (targets.emotions.sum(0) / targets.emotions_known.sum().clamp(min=1)).clamp(min=1e-4)
    with torch.no_grad():
        for head in network.heads:
            head.weight.normal_(0, 0.02)
            head.bias.zero_()
        network.emotions.bias.copy_(torch.log(frequency / (1 - frequency)))
    return network


def parameter_groups(network: Network) -> list[dict[str, object]]:
    """Deeper layers learn slower, the heads fastest; biases and norms are not decayed."""
    layers = network.encoder.encoder.layer
    parts = [(network.encoder.embeddings, LEARNING_RATE * LAYER_DECAY ** len(layers))]
    parts += [(layer, LEARNING_RATE * LAYER_DECAY ** (len(layers) - 1 - depth)) for depth, layer in enumerate(layers)]
    parts += [(head, HEAD_LEARNING_RATE) for head in network.heads]
    groups: list[dict[str, object]] = []
    for part, rate in parts:
        parameters = list(part.parameters())
        groups.append({"params": [p for p in parameters if p.ndim > 1], "lr": rate, "weight_decay": WEIGHT_DECAY})
        groups.append({"params": [p for p in parameters if p.ndim <= 1], "lr": rate, "weight_decay": 0.0})
    return groups


def pace(step: int, steps: int) -> float:
    """The share of the learning rate at a step: up during warm-up, then straight down to 0."""
    warm_up = int(WARM_UP * steps)
    if step < warm_up:
        return (step + 1) / warm_up
    return max(0.0, (steps - step) / max(1, steps - warm_up))


def shuffled_batches(texts: Sequence[Tokens], chance: np.random.RandomState) -> Iterator[NDArray[np.int64]]:
    """Every text once, in batches of similar length, in random order."""
    order = chance.permutation(len(texts))
    batches = []
    for start in range(0, len(order), BUCKET):
        bucket = order[start : start + BUCKET]
        bucket = bucket[np.argsort([len(texts[row]) for row in bucket], kind="stable")]
        batches += [bucket[first : first + BATCH] for first in range(0, len(bucket), BATCH)]
    for index in chance.permutation(len(batches)):
        yield batches[index]


def batch_loss(network: Network, texts: Sequence[Tokens], targets: Targets, rows: Tensor) -> Tensor:
    """Sentiment (class-weighted cross-entropy) + ½ rating (smooth L1) + 0.4 emotions (sum of 28 binary losses)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sentiment, rating, emotions = (answer.float() for answer in network(*padded(texts)))
    likelihood = (targets.sentiment[rows] * targets.class_weights * functional.log_softmax(sentiment, 1)).sum(1)
    rating_loss = functional.smooth_l1_loss(rating, targets.rating[rows], reduction="none", beta=0.5)
    emotion_loss = functional.binary_cross_entropy_with_logits(emotions, targets.emotions[rows], reduction="none")
    loss = (
        -likelihood * targets.sentiment_known[rows]
        + RATING_WEIGHT * rating_loss * targets.rating_known[rows]
        + EMOTION_WEIGHT * emotion_loss.sum(1) * targets.emotions_known[rows]
    )
    return loss.sum() / BATCH


class Progress:
    """Prints how far the training is and how the loss falls."""

    def __init__(self, steps: int) -> None:
        self.steps, self.done, self.texts = steps, 0, 0
        self.started = time.monotonic()
        self.losses: list[float] = []

    def step(self, loss: float, texts: int) -> None:
        self.done += 1
        self.texts += texts
        self.losses.append(loss)
        if self.done % STEPS_BETWEEN_REPORTS and self.done != self.steps:
            return
        seconds = time.monotonic() - self.started
        recent = np.mean(self.losses[-STEPS_BETWEEN_REPORTS:])
        print(
            f"step {self.done}/{self.steps}  {seconds:.0f} s  {self.texts / seconds:.0f} texts/s  loss {recent:.4f}",
            flush=True,
        )
