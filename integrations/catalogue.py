"""The events Studio tells of: what each means, and an example of what is said of it.

Both are the documentation (``docs/webhooks.md``, ``GET /webhooks/events/available``), and the example is the rule: an
event is announced with the fields of its example, or not at all. Names are ``noun.past``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Value = str | int | float | bool | None

PROJECT = {"project_id": "6733a1f0c2a4b50012345601", "project": "Pressure cooker"}
JOB = {"job_id": "6733a1f0c2a4b50012345602", **PROJECT}
CHANGE = {"change_id": "6733a1f0c2a4b50012345608", **PROJECT}
EXPORT = {"export_id": "6733a1f0c2a4b50012345607", **PROJECT}
SCHEDULE = {"schedule_id": "6733a1f0c2a4b50012345603", **PROJECT}
LONGEST_TEXT = 500  # characters of a value


@dataclass(frozen=True, slots=True)
class EventKind:
    """``is_offered``: webhooks may ask for it. The others concern people only."""

    name: str
    title: str
    sentence: str
    example: Mapping[str, Value]
    is_offered: bool = True

    def cleaned(self, data: Mapping[str, Value]) -> dict[str, Value]:
        """What is kept of an event of this kind. Raises ValueError for other fields than those that are documented."""
        if data.keys() != self.example.keys():
            raise ValueError(
                f"{self.name} is documented with other fields: {sorted(data.keys() ^ self.example.keys())}"
            )
        return {name: _short(data[name]) for name in self.example}


def _short(value: Value) -> Value:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


TEST = EventKind(
    "webhook.test",
    "Test",
    "Somebody has asked for a test of this webhook. It is sent once, whatever comes back.",
    {"webhook_id": "6733a1f0c2a4b50012345605", "message": "This is a test from Sentimatrix Studio."},
    is_offered=False,
)

_ALL = (
    EventKind(
        "job.started",
        "Job started",
        "A worker has begun to collect and analyse, or to read a file.",
        {**JOB, "trigger": "manual", "targets_total": 3},
    ),
    EventKind(
        "job.completed",
        "Job completed",
        "A job has ended with something to show for it. Its status is completed, partial (some targets failed) or "
        "cancelled (by hand).",
        {
            **{**JOB, "status": "completed", "trigger": "scheduled", "message": "128 reviews: 120 new, 8 updated."},
            **{"results_total": 128, "new": 120, "updated": 8, "unchanged": 0, "errors_count": 0, "seconds": 94.2},
        },
    ),
    EventKind(
        "job.failed",
        "Job failed",
        "A job has ended without a result: its status is failed or timed_out, and the message says why.",
        {
            **{**JOB, "status": "failed", "trigger": "api", "message": "The page asks for a captcha."},
            **{"results_total": 0, "errors_count": 1, "seconds": 12.5},
        },
    ),
    EventKind(
        "analysis.completed",
        "Analysis completed",
        "All reviews of a job have been through the analysis.",
        {**JOB, "analysed": 126, "failed": 2},
    ),
    EventKind(
        "schedule.triggered",
        "Schedule triggered",
        "The time of a schedule has come, and its job is started.",
        {**SCHEDULE, "job_id": JOB["job_id"], "planned_at": "2026-11-23T09:00:00Z"},
    ),
    EventKind(
        "schedule.failed",
        "Schedule failed",
        "A scheduled run could not start, or its job failed.",
        {
            **{**SCHEDULE, "job_id": JOB["job_id"], "planned_at": "2026-11-23T09:00:00Z"},
            **{"message": "The page asks for a captcha.", "consecutive_failures": 2},
        },
    ),
    EventKind(
        "target.error",
        "Target failed",
        "A target could not be read; the code says what kind of hindrance it was.",
        {
            **{"target_id": "6733a1f0c2a4b50012345604", **JOB, "label": "Cooker at Amazon", "platform": "amazon"},
            **{"outcome_code": "captcha", "message": "The page asks for a captcha."},
        },
    ),
    EventKind(
        "schedule.paused",
        "Schedule paused",
        "A schedule has failed too often in a row and pauses itself.",
        {**SCHEDULE, "message": "The page asks for a captcha.", "consecutive_failures": 3},
        is_offered=False,
    ),
    EventKind(
        "export.ready",
        "Export ready",
        "A worker has made a file of reviews, which can be fetched until it expires.",
        {**EXPORT, "message": "pressure-cooker_results_20261123T090000Z.csv (48.2 MB) can be fetched for 24 hours."},
        is_offered=False,
    ),
    EventKind(
        "export.failed",
        "Export failed",
        "A file of reviews could not be made.",
        {**EXPORT, "message": "This project has no target 6733a1f0c2a4b50012345604."},
        is_offered=False,
    ),
    EventKind(
        "change.completed",
        "Change of many reviews done",
        "A worker has labelled or deleted many reviews, or has undone that.",
        {**CHANGE, "message": "34,000 reviews labelled negative."},
        is_offered=False,
    ),
    EventKind(
        "change.failed",
        "Change of many reviews broken off",
        "A change of many reviews ended before its time.",
        {**CHANGE, "message": "The project was archived, so the work ended. 1,500 reviews deleted."},
        is_offered=False,
    ),
    EventKind(
        "webhook.disabled",
        "Webhook disabled",
        "A webhook could not be delivered to for days, or its receiver has told us to stop.",
        {
            **{"webhook_id": "6733a1f0c2a4b50012345605", "webhook": "Our chat", "host": "hooks.example.org"},
            "message": "Nothing could be delivered for five days.",
        },
        is_offered=False,
    ),
    EventKind(
        "channel.disabled",
        "Channel disabled",
        "A channel could not be delivered to for days, or the service has said that it is gone.",
        {
            **{"channel_id": "6733a1f0c2a4b50012345606", "channel": "Slack, Our chat"},
            "message": "Nothing could be delivered for five days, so it was turned off.",
        },
        is_offered=False,
    ),
    EventKind(
        "key.refused",
        "Key refused",
        "A provider does not accept a key any more.",
        {"provider": "groq", "name": "Groq", "message": "Groq does not accept it."},
        is_offered=False,
    ),
)
EVENTS: dict[str, EventKind] = {kind.name: kind for kind in _ALL}
OFFERED: tuple[EventKind, ...] = tuple(kind for kind in _ALL if kind.is_offered)
