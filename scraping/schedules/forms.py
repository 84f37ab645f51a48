import zoneinfo
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from scraping.models import Schedule
from scraping.models.schedules import SAID, TIMES

COMMON: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("Every morning", {"frequency": "daily", "time": "09:00"}),
    ("Weekdays", {"frequency": "cron", "cron": "0 9 * * MON-FRI"}),
    ("Every Monday", {"frequency": "weekly", "day_of_week": 0, "time": "09:00"}),
    ("First of the month", {"frequency": "monthly", "day_of_month": 1, "time": "09:00"}),
    ("Every hour", {"frequency": "hourly", "time": "00:00"}),
)


def suggestions() -> list[tuple[str, str]]:
    """Common schedules: what they are called, and the query that fills the form with them."""
    return [(name, urlencode(times)) for name, times in COMMON]


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """All that is said of a schedule but whether it is on."""

    use_required_attribute = False  # fields that do not count are hidden, and a browser cannot point to those

    class Meta:
        model = Schedule
        fields = tuple(name for name in SAID if name != "enabled")
        widgets = {
            "time": forms.TimeInput(attrs={"type": "time"}),
            "day_of_month": forms.Select(choices=[(day, day) for day in range(1, 29)]),
            "cron": forms.TextInput(attrs={"placeholder": "0 9 * * MON-FRI", "spellcheck": "false"}),
            "timezone": forms.Select(choices=[(zone, zone) for zone in sorted(zoneinfo.available_timezones())]),
        }
        labels = {"max_retries": "Pause after failures in a row"}
        help_texts = {
            "time": "Every hour: only the minutes count.",
            "day_of_month": "Up to 28, so that every month has it.",
            "cron": "Minute, hour, day of the month, month, day of the week.",
            "missed": "Those whose time passed while Studio was not running; at most 24 are made up for.",
            "jitter_minutes": "Runs start up to so much later, so that not all ask a site on the hour.",
            "notify_on_failure": "You hear of it anyway when the schedule pauses itself.",
        }

    @property
    def rules(self) -> list[forms.BoundField]:
        """What holds whatever the times are."""
        return [self[name] for name in self.fields if name not in TIMES]

    @property
    def has_wrong_rules(self) -> bool:
        return any(field.errors for field in self.rules)
