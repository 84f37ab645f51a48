"""How people of a language ask for something, and which words say no more than that they like it or not.

A language is a file beside this one; those without a file are read as English is.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from results.keywords.terms import ENGLISH, pieces, stems

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Wording:
    asks: re.Pattern[str]  # found in a sentence that asks for something
    asking: frozenset[str]  # stems of the words one asks with: they say nothing of what one asks for
    opinions: frozenset[str]  # stems of the words that praise or blame, and name nothing

    @classmethod
    def read(cls, path: Path) -> Self:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        asks = re.compile(rf"\b(?:{'|'.join(map(_joined, said['asks']))})", re.IGNORECASE)
        asking, opinions = (frozenset(stems(pieces(said[name]))) for name in ("asking", "opinions"))
        return cls(asks, asking, opinions)


def _joined(pattern: str) -> str:
    return "".join(line.removeprefix("    ") for line in pattern.splitlines() if line.strip())


def wording(language: str) -> Wording:
    known = _known()
    return known.get(language, known[ENGLISH])


@cache
def _known() -> dict[str, Wording]:
    return {path.stem: Wording.read(path) for path in FOLDER.glob("*.toml")}
