"""How a target is read: what can be said about it, platform by platform. Only what its source understands is taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from projects.choices import Platform
from projects.declarations import Choice
from projects.platforms import Detected

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


COUNTRY_NAMES = {
    "ae": "United Arab Emirates", "au": "Australia", "be": "Belgium", "br": "Brazil", "ca": "Canada", "cn": "China",
    "de": "Germany", "eg": "Egypt", "es": "Spain", "fr": "France", "gb": "United Kingdom", "ie": "Ireland",
    "in": "India", "it": "Italy", "jp": "Japan", "mx": "Mexico", "nl": "Netherlands", "pl": "Poland",
    "sa": "Saudi Arabia", "se": "Sweden", "sg": "Singapore", "tr": "Türkiye", "us": "United States",
    "za": "South Africa",
}  # fmt: skip
TRUSTPILOT_LANGUAGES = "da de en es fi fr it ja nl pl pt sv".split()  # noqa: SIM905  as one reads it
STARS = tuple((f"{number}_star", f"{number} star{'s' if number > 1 else ''} only") for number in range(5, 0, -1))
VERIFIED = ("verified", "Verified only")


def _language(codes: Iterable[str], text: str) -> Choice:
    known = tuple((code, STEAM_LANGUAGES[code][1]) for code in codes)
    return Choice(name="language", label="Language", default="", options=known, none="All languages", help=text)


def _filter(*options: tuple[str, str]) -> Choice:
    return Choice(name="filter", label="Which reviews", default="", options=options, none="All reviews")


UNDERSTOOD: Mapping[str, tuple[Choice, ...]] = {
    Platform.AMAZON: (
        Choice(
            name="country",
            label="Country",
            default="",
            options=tuple(sorted(COUNTRY_NAMES.items(), key=lambda country: country[1])),
            none="That of the address",
            help="Where Amazon is asked for reviews of the product.",
        ),
        _filter(VERIFIED, ("positive", "4 and 5 stars"), ("critical", "1 to 3 stars"), *STARS),
    ),
    Platform.STEAM: (_language(STEAM_LANGUAGES, "Only reviews in it are collected."),),
    Platform.YOUTUBE: (),
    Platform.REDDIT: (),
    Platform.GOOGLE: (_language(STEAM_LANGUAGES, "Google prefers reviews in it and translates others."),),
    Platform.TRUSTPILOT: (
        _language(TRUSTPILOT_LANGUAGES, "Only reviews in it are collected."),
        _filter(VERIFIED, *STARS),
    ),
    Platform.YELP: (),
    Platform.IMDB: (_filter(("no_spoilers", "Without spoilers")),),
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


def _problem(platform: str, setting: Choice | None, value: str) -> str:
    if setting is None:
        return f"{Platform(platform).label} does not understand this."
    if not value:
        return ""
    codes = [code for code, _ in setting.options]
    return "" if value in codes else f"Use one of {', '.join(codes)}."
