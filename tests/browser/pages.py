"""Every page a person can open, by name. `test_every_page.py` finds routes that are missing here."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.sample import Sample


@dataclass(frozen=True)
class SitePage:
    name: str
    path: Callable[[Sample], str]
    signed_in: bool = True


def _public(name: str, path: str) -> SitePage:
    return SitePage(name, lambda _: path, signed_in=False)


def _own(name: str, path: str) -> SitePage:
    return SitePage(name, lambda _: path)


def _project(name: str, path: str) -> SitePage:
    return SitePage(name, lambda sample: sample[path])


PAGES = [
    _public("landing", "/"),
    _public("docs", "/docs/"),
    _public("docs_section", "/docs/?section=results"),
    _public("docs_shapes", "/docs/?section=shapes"),
    _public("sign_up", "/accounts/signup/"),
    _public("sign_in", "/accounts/login/"),
    _public("forgotten_password", "/accounts/password/reset/"),
    _public("forgotten_password_sent", "/accounts/password/reset/done/"),
    _public("reset_link_used_up", "/accounts/password/reset/key/x-y/"),
    _public("address_confirmed_before", "/accounts/confirm-email/x/"),
    _public("provider_cancelled", "/accounts/connected/cancelled/"),
    _public("provider_failed", "/accounts/connected/error/"),
    _public("not_found", "/nothing/here/"),
    SitePage("dashboard", lambda _: "/dashboard/"),
    _own("project_list", "/projects/"),
    _own("project_create", "/projects/new/"),
    _own("project_sources", "/projects/new/sources/"),
    _own("project_preset", "/projects/new/preset/"),
    _own("project_settings", "/projects/new/settings/"),
    _own("project_review", "/projects/new/review/"),
    _own("preset_list", "/settings/presets/"),
    _own("preset_create", "/settings/presets/new/"),
    SitePage("preset_edit", lambda sample: f"{sample.preset}edit/"),
    SitePage("preset_delete", lambda sample: f"{sample.preset}delete/"),
    _own("job_overview", "/jobs/"),
    _own("schedule_list", "/schedules/"),
    _own("try_sentence", "/try/"),
    _own("profile", "/settings/profile/"),
    _own("account_delete", "/settings/delete/"),
    _own("email", "/settings/email/"),
    _own("password", "/settings/password/"),
    _own("security", "/settings/security/"),
    _own("session_list", "/settings/sessions/"),
    _own("connections", "/settings/connections/"),
    _own("token_list", "/settings/tokens/"),
    _own("token_create", "/settings/tokens/new/"),
    SitePage("token_delete", lambda sample: f"{sample.token}delete/"),
    _own("activity", "/settings/activity/"),
    _own("data", "/settings/data/"),
    _own("reauthenticate", "/accounts/reauthenticate/"),
    _own("key_list", "/settings/keys/"),
    _own("key_edit", "/settings/keys/groq/"),
    _own("key_edit_own_server", "/settings/keys/ollama/"),
    SitePage("key_delete", lambda sample: f"{sample.key}delete/"),
    _own("model_create", "/settings/keys/groq/models/new/?model=qwen/qwen3.8-27b"),
    SitePage("model_edit", lambda sample: sample.model),
    SitePage("model_delete", lambda sample: f"{sample.model}delete/"),
    _own("channel_list", "/settings/notifications/"),
    _own("bell_edit", "/settings/notifications/bell/"),
    _own("channel_create", "/settings/notifications/new/ntfy/"),
    _own("channel_create_email", "/settings/notifications/new/email/"),
    SitePage("channel_edit", lambda sample: sample.channel),
    SitePage("channel_delete", lambda sample: f"{sample.channel}delete/"),
    _own("notice_list", "/notifications/"),
    _own("webhook_list", "/settings/webhooks/"),
    _own("webhook_create", "/settings/webhooks/new/"),
    SitePage("webhook_detail", lambda sample: sample.webhook),
    SitePage("webhook_detail_nothing", lambda sample: f"{sample.webhook}?status=waiting"),
    SitePage("webhook_edit", lambda sample: f"{sample.webhook}edit/"),
    SitePage("webhook_rotate", lambda sample: f"{sample.webhook}secret/"),
    SitePage("webhook_delete", lambda sample: f"{sample.webhook}delete/"),
    SitePage("deliveries_redeliver", lambda sample: f"{sample.webhook}again/"),
    SitePage("delivery_detail", lambda sample: sample.delivery),
    _own("sign_out", "/accounts/logout/"),
    _project("project_detail", ""),
    _project("project_edit", "edit/"),
    _project("project_archive", "archive/"),
    _project("project_delete", "delete/"),
    _project("target_list", "targets/"),
    _project("target_create", "targets/new/"),
    SitePage("target_edit", lambda sample: f"{sample.target}edit/"),
    SitePage("target_delete", lambda sample: f"{sample.target}delete/"),
    _project("import_create", "import/"),
    SitePage("import_options", lambda sample: sample.upload),
    _project("job_list", "jobs/"),
    SitePage("job_detail", lambda sample: sample.job),
    SitePage("job_changes", lambda sample: f"{sample.job}changes/"),
    SitePage("job_changes_missing", lambda sample: f"{sample.job}changes/?change=missing"),
    _project("schedule_detail", "schedule/"),
    _project("schedule_suggested", "schedule/?frequency=monthly&day_of_month=28&time=23:45"),
    _project("schedule_delete", "schedule/delete/"),
    _project("result_list", "results/"),
    _project("result_list_filtered", "results/?sentiment=negative&platform=steam&search=crash"),
    _project("result_list_nothing", "results/?search=zebrafish"),
    _project("export_list", "results/exports/"),
    SitePage("result_detail", lambda sample: sample.result),
    _project("result_list_oldest", "results/?sort=date&label_source=model"),
    _project("change_list", "results/changes/"),
    _project("view_create", "results/views/new/?sentiment=negative"),
    _project("analytics", "analytics/"),
    _project("analytics_empty", "analytics/?date_from=2001-01-01&date_to=2001-01-31"),
]
# Routes of ours that are no pages, and what they are instead.
NOT_PAGES = {
    "projects:addresses_check": "a part of a page",
    "projects:preset_duplicate": "an action",
    "projects:project_pause": "an action",
    "projects:project_restore": "an action",
    "projects:project_use_preset": "an action",
    "projects:target_pause": "an action",
    "projects:target_resume": "an action",
    "scraping:job_start": "an action",
    "scraping:job_cancel": "an action",
    "scraping:job_retry": "an action",
    "integrations:key_test": "an action",
    "integrations:webhook_test": "an action",
    "integrations:webhook_toggle": "an action",
    "integrations:delivery_redeliver": "an action",
    "integrations:channel_test": "an action",
    "integrations:channel_toggle": "an action",
    "integrations:notice_latest": "a part of a page",
    "integrations:notice_open": "an action",
    "integrations:notices_read": "an action",
    "accounts:theme": "an action",
    "accounts:session_end": "an action",
    "accounts:session_end_others": "an action",
    "accounts:sign_in_end": "an action",
    "sample_load": "an action",
    "scraping:schedule_preview": "a part of a page",
    "scraping:schedule_run": "an action",
    "scraping:schedule_toggle": "an action",
    "scraping:job_status": "data",
    "scraping:job_errors": "a file",
    "results:result_export": "a file",
    "results:export_create": "an action",
    "results:export_delete": "an action",
    "results:export_file": "a file",
    "results:result_explanation": "a part of a page",
    "results:result_label": "an action",
    "results:result_bulk": "an action",
    "results:result_delete": "an action",
    "results:change_undo": "an action",
    "results:view_delete": "an action",
}
