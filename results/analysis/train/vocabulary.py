"""Fewer word pieces: half of the model's size is its vocabulary, and half of that never occurs in reviews."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

SPECIAL = (0, 100, 101, 102, 103)  # [PAD] [UNK] [CLS] [SEP] [MASK] in the vocabulary of the base model
FIRST_WORD = 1996  # before it: special pieces and single characters
SIZE = 16_000


def kept_pieces(vocabulary: dict[str, int], texts: Iterable[Sequence[int]], size: int = SIZE) -> list[int]:
    """The numbers of the pieces to keep, ascending: every single character, so that any word can still be spelled, then
    what occurs most in the texts, then the most frequent words of the base model."""
    characters = [number for piece, number in vocabulary.items() if is_character(piece)]
    kept = dict.fromkeys([*SPECIAL, *characters])
    counts = Counter(number for text in texts for number in text)
    kept |= dict.fromkeys(sorted(counts, key=lambda number: (-counts[number], number)))
    kept |= dict.fromkeys(number for number in sorted(vocabulary.values()) if number >= FIRST_WORD)
    return sorted(list(kept)[:size])


def is_character(piece: str) -> bool:
    return len(piece) == 1 or (piece.startswith("##") and len(piece) == 3)


def pruned_tokenizer(tokenizer: dict[str, Any], kept: Sequence[int]) -> dict[str, Any]:
    """The description of a tokenizer (`tokenizer.json`) with the kept pieces only, numbered anew in their old order."""
    new_number = {old: new for new, old in enumerate(kept)}
    pieces = {old: piece for piece, old in tokenizer["model"]["vocab"].items()}
    model = tokenizer["model"] | {"vocab": {pieces[old]: new for old, new in new_number.items()}}
    added = [token | {"id": new_number[token["id"]]} for token in tokenizer["added_tokens"]]
    frame = dict(tokenizer["post_processor"])
    frame["special_tokens"] = {
        name: token | {"ids": [new_number[old] for old in token["ids"]]}
        for name, token in frame["special_tokens"].items()
    }
    return tokenizer | {
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "post_processor": frame,
        "model": model,
    }
