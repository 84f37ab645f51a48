"""What people are told of an event: a title, a sentence, and the page it is about."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from integrations.catalogue import Value
from integrations.channels import Message
from integrations.models.deliveries import Event

SUBJECTS = ("channel", "webhook", "name", "label", "project")  # what it happened to: the first of these it has
TITLES = {"partial": "Job partly completed", "cancelled": "Job cancelled", "timed_out": "Job timed out"}
SENTENCES = {  # of those that come with no message of their own
    "job.started": "Targets to visit: {targets_total}.",
    "analysis.completed": "Reviews analysed: {analysed}, failed: {failed}.",
    "schedule.triggered": "Its job is started.",
}
PAGES = {"webhook_id": "integrations:webhook_detail", "channel_id": "integrations:channel_edit"}
BAD = {
    *("job.failed", "schedule.failed", "schedule.paused", "target.error", "webhook.disabled", "channel.disabled"),
    *("export.failed", "change.failed", "key.refused"),
}


def message_of(event: Event) -> Message:
    """With a link, where Studio knows under which address people reach it."""
    return Message(
        title=_title(event.name, event.kind.title, event.facts),
        text=_text(event),
        url=f"{settings.PUBLIC_URL}{path_of(event)}" if settings.PUBLIC_URL else "",
        is_bad=event.name in BAD,
    )


def _title(name: str, usual: str, data: dict[str, Value]) -> str:
    title = TITLES.get(str(data.get("status")), usual) if name.startswith("job.") else usual
    subject = next((data[field] for field in SUBJECTS if data.get(field)), "")
    return f"{title}: {subject}" if subject else title


def _text(event: Event) -> str:
    message = event.facts.get("message") or SENTENCES.get(event.name, "").format_map(event.facts)
    if event.name == "target.error":  # the title names the target
        message = f"{event.facts['project']}: {message}"
    return str(message)


def path_of(event: Event) -> str:
    """Of the page on which one sees more, or does something about it."""
    facts: dict[str, Any] = event.facts
    if event.name == "key.refused":
        return f"{reverse('integrations:key_list')}#key-{facts['provider']}"
    for field, page in PAGES.items():
        if facts.get(field):
            return reverse(page, args=[facts[field]])
    if facts.get("export_id"):
        return reverse("results:export_list", args=[facts["project_id"]])
    if facts.get("change_id"):
        return reverse("results:result_list", args=[facts["project_id"]])
    if facts.get("job_id"):
        return reverse("scraping:job_detail", args=[facts["project_id"], facts["job_id"]])
    if facts.get("schedule_id"):
        return reverse("scraping:schedule_detail", args=[facts["project_id"]])
    return reverse("projects:project_detail", args=[facts["project_id"]]) if facts.get("project_id") else ""
