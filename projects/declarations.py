"""How a setting is declared: its name, bounds and words, of which both its form and its serializer are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Options = tuple[tuple[Any, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    name: str
    label: str
    default: Any
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Setting):
    """Yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Setting):
    """Between two bounds, both of them allowed; a whole one if the bounds are whole."""

    minimum: float
    maximum: float

    @property
    def is_whole(self) -> bool:
        return isinstance(self.minimum, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Setting):
    """One of some values. With ``none`` it may also be None, which these words stand for on pages."""

    options: Options
    none: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Setting):
    """Any of some values, each once."""

    options: Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Setting):
    """A line of text, which may be empty; a ``pattern`` holds for the whole of it and ``wanted`` is said otherwise."""

    maximum: int
    pattern: str = ""
    wanted: str = ""
    is_long: bool = False
    is_address: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Setting):
    """Some lines of text; a ``pattern`` holds for the whole of each and ``wanted`` is said otherwise."""

    most: int
    maximum: int  # characters of one
    pattern: str = ""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that belong together."""

    name: str
    label: str
    settings: tuple[Setting, ...]
    help: str = ""

    def defaults(self) -> dict[str, Any]:
        return {one.name: list(one.default) if isinstance(one.default, tuple) else one.default for one in self.settings}


def overlay(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Groups of values with some of them changed."""
    return {name: {**values, **changes.get(name, {})} for name, values in base.items()}
