"""How a target is read: what can be said about it, platform by platform. Only what its source understands is taken."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from projects.choices import PLATFORMS, Platform
from projects.declarations import Choice, Setting, Text
from projects.platforms import Detected

NAMES = ("country", "language", "sort_by", "filter")

STEAM_LANGUAGES = {  # code → Steam's own word, and ours
    "ar": ("arabic", "Arabic"),
    "bg": ("bulgarian", "Bulgarian"),
    "zh-CN": ("schinese", "Chinese, simplified"),
    "zh-TW": ("tchinese", "Chinese, traditional"),
    "cs": ("czech", "Czech"),
    "da": ("danish", "Danish"),
    "nl": ("dutch", "Dutch"),
    "en": ("english", "English"),
    "fi": ("finnish", "Finnish"),
    "fr": ("french", "French"),
    "de": ("german", "German"),
    "el": ("greek", "Greek"),
    "hu": ("hungarian", "Hungarian"),
    "id": ("indonesian", "Indonesian"),
    "it": ("italian", "Italian"),
    "ja": ("japanese", "Japanese"),
    "ko": ("koreana", "Korean"),
    "no": ("norwegian", "Norwegian"),
    "pl": ("polish", "Polish"),
    "pt": ("portuguese", "Portuguese"),
    "pt-BR": ("brazilian", "Portuguese, Brazil"),
    "ro": ("romanian", "Romanian"),
    "ru": ("russian", "Russian"),
    "es": ("spanish", "Spanish"),
    "es-419": ("latam", "Spanish, Latin America"),
    "sv": ("swedish", "Swedish"),
    "th": ("thai", "Thai"),
    "tr": ("turkish", "Turkish"),
    "uk": ("ukrainian", "Ukrainian"),
    "vi": ("vietnamese", "Vietnamese"),
}


def _later(platform: Platform) -> tuple[Setting, ...]:
    """Of a platform that cannot be collected yet."""
    when = f"Used as soon as {platform.label} can be collected."
    return (
        Text(
            name="country",
            label="Country",
            default="",
            maximum=2,
            pattern="[A-Za-z]{2}",
            wanted="Use a country's two letters, such as de.",
            help=f"Two letters, such as de. {when}",
        ),
        Text(
            name="language",
            label="Language",
            default="",
            maximum=6,
            pattern="[a-z]{2}(-[A-Z0-9]{2,3})?",
            wanted="Use a language's code, such as de or pt-BR.",
            help=f"A code such as de or pt-BR. {when}",
        ),
    )


UNDERSTOOD: Mapping[str, tuple[Setting, ...]] = {
    **{platform: _later(platform) for platform in PLATFORMS},
    Platform.STEAM: (
        Choice(
            name="language",
            label="Language",
            default="",
            options=tuple((code, name) for code, (_, name) in STEAM_LANGUAGES.items()),
            none="All languages",
            help="Only reviews in it are collected.",
        ),
    ),
    Platform.REDDIT: (),
    Platform.FILE: (),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A thing to watch, with its label and how it is to be read."""

    found: Detected
    label: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def understood(platform: str, said: Mapping[str, str]) -> dict[str, str]:
    """The options as they are kept. Raises ValidationError by name."""
    known = {one.name: one for one in UNDERSTOOD[platform]}
    errors = {name: problem for name, value in said.items() if (problem := _problem(platform, known.get(name), value))}
    if errors:
        raise ValidationError(errors)
    return dict(said)


def for_each(found: Iterable[Detected], said: Mapping[str, str]) -> list[Wanted]:
    """The same options for things of several platforms: each takes those it understands, and some one has to.

    Raises ValidationError by name.
    """
    wanted, taken = [], set[str]()
    for one in found:
        known = {setting.name for setting in UNDERSTOOD[one.platform]}
        own = {name: value for name, value in said.items() if name in known}
        wanted.append(Wanted(one, options=understood(one.platform, own)))
        taken |= set(own)
    if unused := [name for name in said if name not in taken]:
        raise ValidationError(dict.fromkeys(unused, "None of these platforms understands this."))
    return wanted


def _problem(platform: str, setting: Setting | None, value: str) -> str:
    if setting is None:
        return f"{Platform(platform).label} does not understand this."
    if not value:
        return ""
    if isinstance(setting, Choice):
        codes = [code for code, _ in setting.options]
        return "" if value in codes else f"Use one of {', '.join(codes)}."
    assert isinstance(setting, Text)  # noqa: S101  there are no others
    return "" if re.fullmatch(setting.pattern, value) else setting.wanted
