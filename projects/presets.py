"""The presets everybody has. Each is a set of settings and, perhaps, how often to run; one's own are rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from projects import config
from projects.choices import PLATFORMS
from projects.config import Config
from projects.declarations import overlay


@dataclass(frozen=True, slots=True)
class SystemPreset:
    """Settings that come with Studio: to be used and copied, never changed."""

    id: str
    name: str
    description: str
    config: Config
    schedule: dict[str, str] | None = None  # how often to run

    is_system = True
    created_at = updated_at = None

    @property
    def pk(self) -> str:
        return self.id

    def unmet(self, keys: Collection[str] = ()) -> list[str]:
        return config.unmet(self.config, keys)

    @property
    def summary(self) -> list[str]:
        return summary(self.config, self.schedule)

    def __str__(self) -> str:
        return self.name


def _settings(**changes: Mapping[str, Any]) -> Config:
    return overlay(config.defaults(), changes)


SYSTEM = {
    preset.id: preset
    for preset in (
        SystemPreset(
            "starter",
            "Starter",
            "A first look: three labels and few reviews, unhurried.",
            _settings(
                analysis={"sentiment_classes": 3, "emotions": False},
                limits={"max_reviews_per_target": 50, "rate_limit_delay": 2.0, "max_requests_per_day": 1_000},
            ),
        ),
        SystemPreset(
            "standard",
            "Standard",
            "The usual choice: five labels and Ekman's six emotions.",
            _settings(),
        ),
        SystemPreset(
            "advanced",
            "Advanced",
            "Everything about each review, every morning, through a commercial service.",
            _settings(
                scrapers={"commercial_provider": "scraperapi"},
                analysis={
                    "emotion_model": "goemotions",
                    "aspects": True,
                    "summarize": True,
                    "extract_insights": True,
                },
                limits={"max_reviews_per_target": 200, "rate_limit_delay": 0.5, "max_requests_per_day": 20_000},
            ),
            {"frequency": "daily", "time": "09:00"},
        ),
        SystemPreset(
            "budget",
            "Budget",
            "As little as makes sense: three labels, few reviews, long pauses.",
            _settings(
                analysis={"sentiment_classes": 3, "emotions": False},
                limits={
                    "max_reviews_per_target": 25,
                    "rate_limit_delay": 3.0,
                    "max_requests_per_day": 500,
                    "llm_budget_usd": 0.0,
                },
            ),
        ),
        SystemPreset(
            "enterprise",
            "Enterprise",
            "Every platform, every hour, read by an LLM.",
            _settings(
                scrapers={"platforms": [one.value for one in PLATFORMS]},
                analysis={
                    "engine": config.LLM_ENGINE,
                    "emotion_model": "goemotions",
                    "aspects": True,
                    "summarize": True,
                    "extract_insights": True,
                },
                limits={
                    "max_reviews_per_target": 500,
                    "rate_limit_delay": 0.2,
                    "max_requests_per_day": 100_000,
                    "llm_budget_usd": 50.0,
                    "llm_monthly_usd": 500.0,
                },
            ),
            {"frequency": "hourly", "time": ""},
        ),
    )
}


def summary(settings: Mapping[str, Mapping[str, Any]], schedule: Mapping[str, str] | None = None) -> list[str]:
    """What makes these settings what they are, in few words each."""
    analysis, limits = settings["analysis"], settings["limits"]
    model = "GoEmotions" if analysis["emotion_model"] == "goemotions" else "Ekman’s emotions"
    with_llm = {"aspects": "Aspects", "summarize": "Summary", "extract_insights": "Insights"}
    words = [f"{analysis['sentiment_classes']} labels", model if analysis["emotions"] else "No emotions"]
    if not analysis["sentiment"]:
        words = ["No analysis"]
    words += [word for name, word in with_llm.items() if analysis[name]]
    if analysis["engine"] != config.LOCAL:
        words.append("LLM" if analysis["engine"] == config.LLM_ENGINE else "Transformer")
    if service := dict(config.COMMERCIAL_SERVICES).get(settings["scrapers"]["commercial_provider"]):
        words.append(service)
    words.append(f"{limits['max_reviews_per_target']:,} reviews a target")
    words.append(f"{limits['rate_limit_delay']:g} s between requests")
    return [*words, *([schedule_words(schedule)] if schedule else [])]


def schedule_words(schedule: Mapping[str, str]) -> str:
    """“Daily at 09:00”."""
    at = f" at {schedule['time']}" if schedule["time"] else ""
    return f"{schedule['frequency'].capitalize()}{at}"
