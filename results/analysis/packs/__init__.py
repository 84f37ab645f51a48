"""What reviews of some kind of thing speak about: packs of aspects, each with the words that name it.

A pack is a file beside this one. A word stands for its usual endings as well: "crash" for "crashes" and "crashing".
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that reviews speak about, such as the price."""

    name: str
    terms: tuple[str, ...]  # the words and phrases that name it
    excludes: tuple[str, ...] = ()  # phrases that hold one of them and mean something else: "crash course"


@dataclass(frozen=True, slots=True)
class Pack:
    id: str
    name: str
    aspects: tuple[Aspect, ...]


@cache
def get_pack(pack_id: str) -> Pack:
    said = tomllib.loads((FOLDER / f"{pack_id}.toml").read_text(encoding="utf-8"))
    aspects = (Aspect(name, tuple(it["terms"]), tuple(it["excludes"])) for name, it in said["aspects"].items())
    return Pack(pack_id, said["name"], tuple(aspects))
