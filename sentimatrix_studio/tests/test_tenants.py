"""Every route of the site × everybody who is not the owner: nothing is read, nothing is changed, nothing is given away.

A new route fails here until the table below says whose it is.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync
from bson import ObjectId
from channels.testing import WebsocketCommunicator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from accounts.models import ApiToken, TokenFamily, User
from accounts.tests.factories import browser_of, make_token, make_user
from integrations.models import Notice
from integrations.tests.factories import make_channel, make_credential, make_delivery, make_own_model, make_webhook
from projects import files
from projects.tests.factories import make_preset, make_project, make_target
from results.choices import BulkState
from results.correcting import relabel
from results.models import Marker, Result, SavedView
from results.tests.factories import make_bulk_change, make_export, make_item, make_results
from scraping.choices import JobStatus, Level, StepKind
from scraping.models import Job, LogLine, RowError, Step
from scraping.routing import websocket_urlpatterns
from scraping.tests.factories import make_schedule
from sentimatrix_studio.asgi import application
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.tests.routes import ADMIN, METHODS, Route, routes

pytestmark = pytest.mark.django_db

PUBLIC = [
    "landing", "docs", "health_live", "api:health", "api:health_live", "api:health_ready", "api:openapi", "api:unknown",
    "api:register", "api:login", "api:second_factor", "api:forgot_password", "api:reset_password", "api:refresh",
    "api:logout", "account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate",
    "account_email_verification_sent", "account_confirm_email", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "google_login",
    "google_callback", "github_login", "github_callback", "api:oauth_providers", "api:oauth_google",
    "api:oauth_google_callback", "api:oauth_github", "api:oauth_github_callback", "socialaccount_signup",
    "socialaccount_login_cancelled", "socialaccount_login_error",
]  # fmt: skip
OF_EVERYBODY_SIGNED_IN = [
    "dashboard", "dashboard_words", "projects:project_list", "projects:project_create", "projects:project_sources",
    "projects:project_preset", "projects:project_settings", "projects:project_review", "projects:addresses_check",
    "projects:preset_list", "projects:preset_create", "api:presets", "scraping:job_overview", "results:try_sentence",
    "results:compare_projects", "api:projects_compare",
    "sample_load", "accounts:profile", "accounts:account_delete", "account_email", "account_change_password",
    "account_set_password", "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
    "accounts:theme", "accounts:session_list", "accounts:session_end_others", "accounts:token_list",
    "accounts:token_create", "accounts:activity", "accounts:data", "socialaccount_connections", "api:me",
    "api:my_audit", "api:my_export", "api:tokens", "api:my_password", "api:projects", "api:running_jobs", "api:analyze",
    "api:providers", "api:provider", "api:own_models", "api:api_keys", "api:api_key", "api:api_key_test",
    "integrations:key_list", "integrations:key_edit", "integrations:key_test", "integrations:key_delete",
    "integrations:model_create", "api:schedules", "api:schedule_preview",
    "scraping:schedule_list",
    "api:webhooks", "api:webhook_events",
    "integrations:webhook_list", "integrations:webhook_create",
    "integrations:channel_list", "integrations:channel_create", "integrations:bell_edit", "integrations:notice_list",
    "integrations:notice_latest", "integrations:notices_read",
    "api:notices", "api:notices_read", "api:bell", "api:channels",
    "api:dashboard", "api:dashboard_summary", "api:dashboard_sentiment", "api:dashboard_volume",
]  # fmt: skip
OF_THE_OWNER = [
    "integrations:channel_edit", "integrations:channel_test", "integrations:channel_toggle",
    "integrations:channel_delete", "integrations:notice_open", "api:notice_read", "api:channel", "api:channel_test",
    "api:channel_toggle",
    "api:webhook", "api:webhook_test", "api:webhook_toggle", "api:webhook_rotate", "api:deliveries",
    "api:deliveries_redeliver", "api:delivery", "api:delivery_redeliver",
    "integrations:webhook_detail", "integrations:webhook_edit", "integrations:webhook_test",
    "integrations:webhook_toggle", "integrations:webhook_rotate", "integrations:webhook_delete",
    "integrations:deliveries_redeliver", "integrations:delivery_detail", "integrations:delivery_redeliver",
    "api:own_model", "integrations:model_edit", "integrations:model_delete",
    "mfa_edit_webauthn", "mfa_remove_webauthn", "accounts:session_end", "accounts:sign_in_end",
    "accounts:token_delete", "projects:preset_edit", "projects:preset_delete", "projects:preset_duplicate",
    "api:preset", "api:preset_duplicate", "api:project_stats", "projects:project_use_preset",
    "projects:project_pause", "projects:project_detail", "projects:project_edit", "projects:project_archive",
    "projects:project_restore", "projects:project_delete", "projects:target_list", "projects:target_create",
    "projects:target_edit", "projects:target_pause", "projects:target_resume", "projects:target_delete",
    "scraping:job_list", "scraping:job_start", "scraping:job_detail", "scraping:job_status", "scraping:job_cancel",
    "scraping:job_retry", "scraping:job_errors", "scraping:job_changes", "scraping:import_create",
    "results:result_list",
    "results:result_export", "results:result_bulk", "results:change_list", "results:change_undo", "results:view_create",
    "results:view_edit", "results:view_delete", "results:result_label", "results:result_detail",
    "results:result_explanation", "results:result_delete",
    "results:analytics", "api:token", "api:project", "api:targets", "api:targets_bulk", "api:target_check",
    "api:target", "api:job_start", "api:jobs", "api:job", "api:job_cancel", "api:job_retry", "api:job_progress",
    "api:job_log", "api:job_diff", "api:results", "api:result", "api:results_export",
    "api:import_preview", "api:results_import", "scraping:reanalyse", "api:results_reanalyze",
    "scraping:schedule_detail", "scraping:schedule_preview", "scraping:schedule_run", "scraping:schedule_toggle",
    "scraping:schedule_delete", "api:schedule", "api:schedule_toggle", "api:schedule_run", "api:schedule_history",
    "api:result_label", "api:results_label", "api:changes", "api:change_undo", "api:saved_views", "api:saved_view",
    "results:change_progress", "api:bulk_changes", "api:bulk_change",
    "results:export_list", "results:export_create", "results:export_file", "results:export_delete", "api:exports",
    "api:export", "api:export_file",
    "api:analytics_summary", "api:analytics_timeline", "api:analytics_emotions", "api:analytics_platforms",
    "api:analytics_keywords", "api:analytics_rising", "api:analytics_insights", "results:keywords",
    "results:keywords_export", "results:insights",
    "results:estimate", "api:results_estimate",
    "api:dashboard_project", "api:analytics_compare", "api:analytics_aspects", "results:aspects", "results:compare",
    "api:markers", "api:marker", "api:marker_effect", "results:marker_list", "results:marker_create",
    "results:marker_edit", "results:marker_delete",
]  # fmt: skip
FOR_STAFF = ["metrics", "api:metrics", "api:health_details"]
SOCKETS = {"ws", "^ws/jobs/(?P<project_id>[0-9a-f]{24})$"}
MARK = "confidential"  # in every text of the owner's: wherever a stranger sees it, something leaks


@dataclass(frozen=True)
class Tenant:
    user: User
    ids: dict[str, ObjectId]


def make_tenant(**fields: Any) -> Tenant:
    """Somebody with a row of each kind that a route can name."""
    user = make_user(name=f"{MARK} person", **fields)
    upload = files.save(user.pk, f"{MARK}.csv", [b"text\n" + MARK.encode()])
    project = make_project(user, name=f"{MARK} project", description=MARK)
    target = make_target(project, label=f"{MARK} target")
    job = Job.objects.create(owner=user, project=project, status=JobStatus.RUNNING, status_message=MARK)
    Step.objects.create(job=job, kind=StepKind.COLLECT, target=target)
    LogLine.objects.create(job=job, seq=1, level=Level.INFO, message=MARK)
    RowError.objects.create(job=job, target=target, line=3, reason=MARK)
    make_schedule(project).slots.create(planned_at=now(), job=job, message=MARK)
    (result,) = make_results(target, make_item(1, f"{MARK} positive"), job_id=job.pk)
    change = relabel(project, Result.objects.filter(pk=result.pk), {"sentiment": "positive"}, user).change
    view = SavedView.objects.create(owner=user, project=project, name=f"{MARK} view")
    marker = Marker.objects.create(owner=user, project=project, name=f"{MARK} marker", day=now().date())
    make_token(user)
    token = ApiToken.objects.get(owner=user)
    keys = {
        "token_id": token.pk,
        "project_id": project.pk,
        "target_id": target.pk,
        "job_id": job.pk,
        "result_id": result.pk,
        "undo_id": change.pk,
        "view_id": view.pk,
        "marker_id": marker.pk,
    }
    passkey = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={"name": f"{MARK} key"})
    session = UserSession.objects.create(user=user, session_key=str(ObjectId()), ip="192.0.2.1", user_agent=MARK)
    sign_in = TokenFamily.objects.create(
        user=user, refresh_id=MARK, password_mark=MARK, expires_at=now() + timedelta(days=1)
    )
    own = {"pk": passkey.pk, "session_id": session.pk, "sign_in_id": sign_in.pk}
    make_credential(user, label=f"{MARK} key")
    keys["model_id"] = make_own_model(user, name=f"{MARK} model").pk
    webhook = make_webhook(user, name=f"{MARK} webhook", url=f"https://{MARK}.example.org/")
    keys["channel_id"] = make_channel(user, name=f"{MARK} channel").pk
    keys |= {"webhook_id": webhook.pk, "delivery_id": make_delivery(webhook, message=MARK).pk}
    Notice.objects.owned_by(user).update(title=f"{MARK} notice")
    keys["notice_id"] = Notice.objects.owned_by(user).values_list("pk", flat=True)[0]
    export = make_export(project, about=f"{MARK} filter", content=MARK.encode())
    keys |= {"export_id": export.pk, "key": export.key}
    bulk_change = make_bulk_change(project, query=f"search={MARK}", state=BulkState.FAILED, message=MARK)
    keys["change_id"] = bulk_change.pk
    keys["preset_id"] = make_preset(user, name=f"{MARK} preset", description=MARK).pk
    return Tenant(user, {**keys, "file_id": upload.id, **own})


@pytest.fixture
def owner() -> Tenant:
    return make_tenant()


@pytest.fixture(params=["another user", "an administrator"])
def stranger(request) -> Client:
    is_administrator = request.param == "an administrator"
    return browser_of(make_user(is_staff=is_administrator, is_superuser=is_administrator))


def all_rows() -> dict[str, list[Any]]:
    """Every document there is, but for those of sessions."""
    database = collection(Job).database
    names = sorted(set(database.list_collection_names()) - {"django_session", "system.profile"})
    return {name: list(database[name].find().sort("_id")) for name in names}


def of(names: Iterable[str]) -> list[Route]:
    wanted = set(names)
    return [route for route in routes() if route.name in wanted]


def ask(browser: Client, method: str, path: str) -> Any:
    body = {} if method == "get" else {"data": "{}", "content_type": "application/json"}
    return getattr(browser, method)(path, **body)


def text_of(answer: Any) -> str:
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode()


def without_the_asking(answer: Any) -> tuple[int, str]:
    """Status and content without what differs from request to request."""
    text = re.sub(r"/file/[^/\"]+|[0-9a-f]{24,32}", "ID", answer.content.decode())
    return answer.status_code, re.sub(r"(csrf-token\" content=\"|csrfmiddlewaretoken\" value=\")\w{64}", "TOKEN", text)


def test_every_route_says_whose_it_is():
    named = [route.name for route in routes() if not route.name.startswith(ADMIN)]
    table = [*PUBLIC, *OF_EVERYBODY_SIGNED_IN, *OF_THE_OWNER, *FOR_STAFF]
    assert sorted(named) == sorted(table)
    assert {pattern for entry in websocket_urlpatterns if (pattern := str(entry.pattern))} == SOCKETS


def test_every_route_that_names_a_row_is_the_owners():
    assert {route.name for route in routes() if route.parameters} == set(OF_THE_OWNER)


def test_the_owner_gets_in(owner):
    """Otherwise a wrong path would look like a well-kept secret."""
    browser = browser_of(owner.user)
    found = {}
    for route in of(OF_THE_OWNER):
        answers = [
            ask(browser, method, route.path(owner.ids)).status_code for method in route.methods if method == "get"
        ]
        found[route.name] = answers
    assert {name: codes for name, codes in found.items() if set(codes) - {200, 302, 405}} == {}
    assert sum(codes == [200] for codes in found.values()) > 20


def test_a_stranger_gets_the_answer_of_a_row_that_is_not_there(owner, stranger):
    nowhere = {name: ObjectId() for name in owner.ids}
    leaks: dict[tuple[str, str], Any] = {}
    for route in of(OF_THE_OWNER):
        answers = []
        for method in route.methods:
            foreign, missing = (
                without_the_asking(ask(stranger, method, route.path(ids))) for ids in (owner.ids, nowhere)
            )
            answers.append(foreign[0])
            if foreign != missing or foreign[0] not in (404, 405) or MARK in foreign[1]:
                leaks[route.name, method] = foreign[0]
        if 404 not in answers:
            leaks[route.name, "all"] = answers
    assert leaks == {}


def test_a_strangers_own_project_is_no_way_to_somebody_elses_rows(owner):
    burglar = make_tenant()
    browser = browser_of(burglar.user)
    mixed = {**owner.ids, "project_id": burglar.ids["project_id"]}
    deeper = [route for route in of(OF_THE_OWNER) if len(route.parameters) > 1]
    before = all_rows()
    codes = {
        (route.name, method): ask(browser, method, route.path(mixed)).status_code
        for route in deeper
        for method in route.methods
    }
    assert {key: code for key, code in codes.items() if code not in (404, 405)} == {}
    assert len(codes) > 20
    assert all_rows() == before


def test_a_stranger_changes_nothing(owner, stranger):
    before = all_rows()
    for route in of(OF_THE_OWNER):
        for method in METHODS:
            ask(stranger, method, route.path(owner.ids))
    assert all_rows() == before


def test_a_stranger_sees_nothing_on_the_pages_of_everybody(owner, stranger):
    paths = [route.path({}) for route in of(OF_EVERYBODY_SIGNED_IN)]
    leaks = [path for path in paths if MARK in text_of(stranger.get(path))]
    assert leaks == []


def test_nobody_signed_in_is_asked_to_sign_in(owner, client):
    cache.clear()
    before, wrong = all_rows(), {}
    for route in of([*OF_THE_OWNER, *OF_EVERYBODY_SIGNED_IN]):
        for method in route.methods:
            answer = ask(client, method, route.path(owner.ids))
            expected = (401, "") if route.is_api else (302, reverse("account_login"))
            if (answer.status_code, answer.get("Location", "").partition("?")[0]) != expected:
                wrong[route.name, method] = answer.status_code
    assert wrong == {}
    assert all_rows() == before


def test_open_routes_give_nothing_away(owner, client):
    keys = {"account_confirm_email": {"key": "x"}, "account_reset_password_from_key": {"uidb36": "x", "key": "y"}}
    pages = {route.name: client.get(reverse(route.name, kwargs=keys.get(route.name, {}))) for route in of(PUBLIC)}
    assert {name: page.status_code for name, page in pages.items() if page.status_code >= 500} in (
        {},
        {"api:health_ready": 503},
    )
    assert [name for name, page in pages.items() if MARK in page.content.decode()] == []


def test_the_admin_site_is_for_staff(owner, client):
    lists = [reverse(route.name) for route in routes() if re.fullmatch(r"admin:\w+_changelist", route.name)]
    row = reverse("admin:projects_project_change", args=[owner.ids["project_id"]])
    assert len(lists) > 5
    for browser, path in product([client, browser_of(make_user())], [reverse("admin:index"), row, *lists]):
        answer = browser.get(path)
        assert answer.status_code in (302, 403)
        assert MARK not in answer.content.decode()


def test_how_the_site_does_is_for_staff(client):
    administrator = browser_of(make_user(is_staff=True))
    for route in of(FOR_STAFF):
        answers = [
            browser.get(route.path({})).status_code for browser in (client, browser_of(make_user()), administrator)
        ]
        assert answers == [401, 403, 200]


# Ids that travel in a body or a query string


def test_a_job_does_not_visit_somebody_elses_targets(owner):
    burglar = make_tenant()
    Job.objects.filter(owner=burglar.user).delete()
    path = reverse("api:job_start", kwargs={"project_id": burglar.ids["project_id"]})
    body = {"target_ids": [str(owner.ids["target_id"])]}
    answer = browser_of(burglar.user).post(path, body, content_type="application/json")
    assert answer.status_code == 422
    assert not Job.objects.filter(owner=burglar.user).exists()


@pytest.mark.parametrize("name", ["target_id", "job_id"])
def test_a_filter_by_somebody_elses_row_finds_what_a_missing_one_does(owner, name):
    burglar = make_tenant()
    browser = browser_of(burglar.user)
    for page in ("results:result_list", "results:result_export", "api:results", "api:results_export"):
        path = reverse(page, kwargs={"project_id": burglar.ids["project_id"]})
        foreign, missing = (browser.get(path, {name: str(pk)}) for pk in (owner.ids[name], ObjectId()))
        assert foreign.status_code == missing.status_code


def test_somebody_elses_upload_cannot_be_imported(owner):
    burglar = make_tenant()
    path = reverse("scraping:import_create", kwargs={"project_id": burglar.ids["project_id"]})
    browser = browser_of(burglar.user)
    assert browser.get(path, {"file": str(burglar.ids["file_id"])}).status_code == 200
    assert browser.get(path, {"file": str(owner.ids["file_id"])}).status_code == 404


# Sockets


def first_words(path: str, user: User | None, question: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The first two things the server says on a socket; the question comes after the first."""
    cookies = browser_of(user).cookies if user else {}
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"cookie", cookie.encode())]

    async def conversation() -> list[dict[str, Any]]:
        socket = WebsocketCommunicator(application, path, headers=headers)
        await socket.connect()
        said = [await socket.receive_output()]
        if question:
            await socket.send_json_to(question)
        if said[0]["type"] != "websocket.close":
            said.append(await socket.receive_output())
        await socket.disconnect()
        return said

    return async_to_sync(conversation)()


def test_nobody_listens_without_signing_in(owner):
    for path in ("/ws", f"/ws/jobs/{owner.ids['project_id']}"):
        assert [said["type"] for said in first_words(path, None)] == ["websocket.close"]


def test_a_strangers_socket_closes_as_for_a_missing_project(owner):
    stranger = make_user()
    foreign, missing = (first_words(f"/ws/jobs/{pk}", stranger) for pk in (owner.ids["project_id"], ObjectId()))
    assert foreign == missing
    assert foreign[-1]["type"] == "websocket.close"
    assert [said["type"] for said in first_words(f"/ws/jobs/{owner.ids['project_id']}", owner.user)] == [
        "websocket.send"
    ] * 2


def test_a_stranger_subscribes_to_nothing(owner):
    question = {"action": "subscribe", "project_id": str(owner.ids["project_id"])}
    said = json.loads(first_words("/ws", make_user(), question)[1]["text"])
    assert (said["type"], said["code"]) == ("error", "NOT_FOUND")
    assert MARK not in json.dumps(said)
