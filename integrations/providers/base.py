"""What is said about a provider. The catalogue is data: nothing here asks the network or the database."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import models

KEY = r"[!-~]{8,500}"
NAME = r"[!-~]{1,200}"
ADDRESS = r"https?://[^\s?#@]{1,300}"
Dialect = Literal["openai", "anthropic", "ollama"]
JsonMode = Literal["schema", "object", ""]


class Kind(models.TextChoices):
    LLM = "llm", "LLM"
    SCRAPER = "scraper", "Commercial service"
    SOURCE = "source", "Platform"

    @property
    def plural(self) -> str:
        return {"llm": "LLMs", "scraper": "Commercial services", "source": "Platforms"}[self.value]

    @property
    def sentence(self) -> str:
        return {
            "llm": "Language models that read reviews for you, in the cloud or on a machine of your own.",
            "scraper": "They fetch pages where your own requests are turned away.",
            "source": "Sites that want a key before they give data.",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something a provider wants to be told. ``prefix`` is how its keys begin today: shown, never insisted on."""

    name: str
    label: str
    is_secret: bool = False
    is_required: bool = True
    pattern: str = NAME
    wanted: str = "Use letters, digits and signs without spaces, at most 200."
    help: str = ""
    prefix: str = ""
    default: str = ""

    def clean(self, value: str) -> str:
        """Without the spaces and line breaks that come along when something is copied. Raises ValidationError, which
        never repeats the value."""
        value = value.strip() or self.default
        if not value and self.is_required:
            raise ValidationError("This is needed.", code="required")
        if value and not re.fullmatch(self.pattern, value):
            raise ValidationError(self.wanted)
        return value

    def shown(self, value: str) -> str:
        """What of the value may be seen: all of it, or the usual beginning of such keys and the last four signs."""
        if not self.is_secret:
            return value
        beginning = self.prefix if self.prefix and value.startswith(self.prefix) else ""
        return f"{beginning}...{value[-4:] if len(value) >= len(beginning) + 12 else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model of an LLM provider. Costs are US dollars for 1,000 tokens; None is a price nobody has noted here."""

    id: str
    name: str
    context: int | None = None  # tokens
    cost_per_1k_input: float | None = None
    cost_per_1k_output: float | None = None
    noted_on: date | None = None  # when context and price were looked up
    own_id: str = ""  # of the user's row that adds or corrects it

    @property
    def is_own(self) -> bool:
        return bool(self.own_id)

    @property
    def prices(self) -> tuple[str, str]:
        """Of a million tokens sent and received, as providers name them; empty where they are not known."""
        return _dollars(self.cost_per_1k_input), _dollars(self.cost_per_1k_output)


def _dollars(cost: float | None) -> str:
    """With two decimals, or as many more as it takes."""
    if cost is None:
        return ""
    whole, _, cents = f"{cost * 1000:,.6f}".rstrip("0").partition(".")
    return f"${whole}.{cents:0<2}"


def never(data: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The cheapest request whose answer tells a good key from a bad one. It costs nothing and changes nothing.

    ``{name}`` in the address, the headers and the parameters stands for the field of that name. ``proof`` says whether
    JSON is what only a good key is given, ``is_used_up`` whether it says that nothing is left to spend.
    """

    url: str
    proof: Callable[[Any], bool]
    method: str = "GET"
    headers: Mapping[str, str]
    params: Mapping[str, str]
    basic: tuple[str, str] | None = None  # the fields that are name and password
    content: bytes = b""
    is_used_up: Callable[[Any], bool] = never
    may_be_open: bool = False  # some servers answer this to everybody, so a good answer may prove nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    id: str
    name: str
    kind: Kind
    description: str
    website: str
    key_url: str  # where one gets a key
    fields: tuple[Field, ...]
    probe: Probe | None  # None: only a call that costs money would tell
    used_for: str
    features: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()
    # Of an LLM: where it is asked, in whose words, and how it is told to answer in JSON, if there is a way.
    api: str = ""
    dialect: Dialect = "openai"
    json_mode: JsonMode = "object"
    is_free: bool = False  # it runs on a machine of its user's own

    def __str__(self) -> str:
        return self.name

    @property
    def requires_api_key(self) -> bool:
        return any(field.is_secret and field.is_required for field in self.fields)

    def clean(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values of its fields, those left empty left out. Raises ValidationError by field."""
        names = {field.name for field in self.fields}
        cleaned, errors = {}, {name: f"{self.name} has no such field." for name in values if name not in names}
        for field in self.fields:
            try:
                cleaned[field.name] = field.clean(values.get(field.name, ""))
            except ValidationError as error:
                errors[field.name] = str(error.message)
        if errors:
            raise ValidationError(errors)
        return {name: value for name, value in cleaned.items() if value}

    def shown(self, values: Mapping[str, str]) -> dict[str, str]:
        return {field.name: field.shown(values[field.name]) for field in self.fields if field.name in values}

    def secrets(self, values: Mapping[str, str]) -> list[str]:
        return [values[field.name] for field in self.fields if field.is_secret and field.name in values]


def api_key(*, label: str = "API key", prefix: str = "", hint: str = "", is_required: bool = True) -> Field:
    return Field(
        name="api_key",
        label=label,
        is_secret=True,
        is_required=is_required,
        pattern=KEY,
        wanted="A key has at least 8 signs and no spaces.",
        help=hint,
        prefix=prefix,
    )


def bearer(url: str, proof: Callable[[Any], bool], **more: Any) -> Probe:
    return Probe(url=url, proof=proof, headers={"Authorization": "Bearer {api_key}"}, params={}, **more)


def by_header(url: str, proof: Callable[[Any], bool], header: str, **more: Any) -> Probe:
    headers = {header: "{api_key}", **more.pop("headers", {})}
    return Probe(url=url, proof=proof, headers=headers, params=more.pop("params", {}), **more)


def by_parameter(url: str, proof: Callable[[Any], bool], **more: Any) -> Probe:
    """For services that take the key in the address alone."""
    return Probe(url=url, proof=proof, headers={}, params={"api_key": "{api_key}"}, **more)


def has(data: Any, *names: str) -> bool:
    """Whether JSON is an object with all of these."""
    return isinstance(data, dict) and all(name in data for name in names)


def is_spent(used: Any, allowed: Any) -> bool:
    return isinstance(used, int | float) and isinstance(allowed, int | float) and used >= allowed
