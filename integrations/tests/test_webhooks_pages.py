"""The pages of webhooks and their deliveries."""

import ipaddress
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import browser_of, make_user
from integrations.deliveries.sender import Sender
from integrations.forms import KEPT
from integrations.models import Delivery, Webhook
from integrations.tests.factories import make_delivery, make_webhook
from integrations.tests.receiver import LOOPBACK, Receiver
from projects.tests.factories import make_project

pytestmark = pytest.mark.django_db

LIST, NEW = reverse("integrations:webhook_list"), reverse("integrations:webhook_create")
FORM = {"url": "https://hooks.example.org/x", "name": "Chat", "events": ["job.failed"], "headers": "X-Team: blue"}


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def page_of(name: str, webhook: Webhook, *more) -> str:
    return reverse(f"integrations:{name}", args=[webhook.pk, *more])


def test_a_webhook_is_added_and_its_secret_shown_once():
    user = make_user()
    browser, project = browser_of(user), make_project(user)
    assert "No webhooks yet" in browser.get(LIST).content.decode()
    shown = browser.post(NEW, {**FORM, "project": str(project.pk)}).content.decode()
    webhook = Webhook.objects.get()
    (secret,) = webhook.secrets
    assert secret in shown
    assert (webhook.project, webhook.events, webhook.headers) == (project, ["job.failed"], {"X-Team": "blue"})
    for path in (LIST, webhook.get_absolute_url(), page_of("webhook_edit", webhook)):
        content = browser.get(path).content.decode()
        assert "hooks.example.org" in content
        assert secret not in content
        assert "blue" not in content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "ftp://example.org"}, "Only http:// and https:// addresses"),
        ({"url": "https://name:word@example.org"}, "with a name or password"),
        ({"events": []}, "This field is required"),
        ({"events": ["key.refused"]}, "not one of the available choices"),
        ({"headers": "X-Team"}, "its name, a colon and its value"),
        ({"headers": "Host: x"}, "Studio&#x27;s to set"),
        ({"headers": "A-B: x\nA-B: y"}, "named twice"),
        ({"headers": f"A-B: {KEPT}"}, "plain text"),
        ({"project": "65f0a1b2c3d4e5f60718293a"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(change, words):
    answer = browser_of(make_user()).post(NEW, {**FORM, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Webhook.objects.exists()


def test_an_edit_keeps_the_values_of_headers_that_are_not_written_anew():
    webhook = make_webhook()
    webhook.keep_headers({"X-Team": "kettles", "X-Old": "gone"})
    webhook.save()
    browser, path = browser_of(webhook.owner), page_of("webhook_edit", webhook)
    assert f"X-Team: {KEPT}" in browser.get(path).content.decode()
    answer = browser.post(path, {**FORM, "headers": f"X-Team: {KEPT}\nX-New: new"})
    assert answer["Location"] == webhook.get_absolute_url()
    webhook.refresh_from_db()
    assert (webhook.name, webhook.headers) == ("Chat", {"X-Team": "kettles", "X-New": "new"})


def test_nobody_has_more_webhooks_than_one_may_have(monkeypatch):
    monkeypatch.setattr(Webhook, "most", 1)
    user = make_webhook().owner
    answer = browser_of(user).post(NEW, FORM)
    assert (answer.status_code, Webhook.objects.count()) == (422, 1)


def test_a_test_is_sent_and_what_came_back_is_shown_but_not_run(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver(status=500, headers={"X-Note": "<b>"}, body="<script>alert(1)</script>") as receiver:
        webhook = make_webhook(url=receiver.url)
        browser = browser_of(webhook.owner)
        answer = browser.post(page_of("webhook_test", webhook))
        assert "Waiting" in browser.get(answer["Location"]).content.decode()
        Sender().send_due()
    delivery = Delivery.objects.get()
    assert answer["Location"] == page_of("delivery_detail", webhook, delivery.pk)
    content = browser.get(answer["Location"]).content.decode()
    assert "127.0.0.1 answers with an error (500)." in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "X-Note: &lt;b&gt;" in content or "x-note: &lt;b&gt;" in content
    assert "<script>alert" not in content
    assert delivery.state == "failed"  # a test is sent once
    assert Webhook.objects.get().failing_since is None  # and is no sign of health
    browser.post(page_of("delivery_redeliver", webhook, delivery.pk))
    assert Delivery.objects.get().state == "waiting"
    again = browser.post(page_of("delivery_redeliver", webhook, delivery.pk), follow=True)
    assert "It is still on its way." in again.content.decode()


def test_the_next_attempt_is_shown():
    webhook = make_webhook()
    due = timezone.now() + timedelta(minutes=30)
    delivery = make_delivery(webhook, attempts=2, due_at=due, code="status", message="It answers with an error (500).")
    browser = browser_of(webhook.owner)
    content = browser.get(page_of("delivery_detail", webhook, delivery.pk)).content.decode()
    assert "Next attempt" in content
    for shown in (content, browser.get(webhook.get_absolute_url()).content.decode()):
        assert f'datetime="{due:%Y-%m-%dT%H:%M}' in shown


def test_the_list_of_deliveries_has_pages_and_asks_as_often_for_one_as_for_many(django_assert_num_queries):
    webhook = make_webhook()
    browser = browser_of(webhook.owner)
    make_delivery(webhook, state="delivered")
    browser.get(webhook.get_absolute_url())
    with django_assert_num_queries(6):
        browser.get(webhook.get_absolute_url())
    for _ in range(29):
        make_delivery(webhook)
    with django_assert_num_queries(6):
        content = browser.get(webhook.get_absolute_url()).content.decode()
    assert content.count("Job completed</b>") == 25
    older = re.search(r'href="(\?before=\w+)"', content)
    assert older
    rest = browser.get(webhook.get_absolute_url() + older[1]).content.decode()
    assert rest.count("Job completed</b>") == 5
    assert "Newest" in rest
    only = browser.get(f"{webhook.get_absolute_url()}?status=delivered").content.decode()
    assert only.count("Job completed</b>") == 1
    assert browser.get(f"{webhook.get_absolute_url()}?status=nonsense&before=x").status_code == 200


def test_what_failed_within_some_days_is_sent_again():
    webhook = make_webhook()
    ended: dict[str, Any] = {
        "state": "failed",
        "due_at": None,
        "attempts": 10,
        "code": "status",
        "message": "No.",
        "ended_at": None,
    }
    failed, old = make_delivery(webhook, **ended), make_delivery(webhook, **ended)
    make_delivery(webhook, state="delivered", due_at=None)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=3))
    browser, path = browser_of(webhook.owner), page_of("deliveries_redeliver", webhook)
    assert browser.get(path).status_code == 200
    today = timezone.localdate()
    answer = browser.post(path, {"since": today, "until": today, "only_failed": "on"}, follow=True)
    assert "1 delivery is sent again." in answer.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.code, failed.message) == ("waiting", 0, "", "")
    back = {"since": today, "until": today - timedelta(days=1)}
    assert browser.post(path, back).status_code == 422
    everything = {"since": today - timedelta(days=9), "until": today}
    assert "2 deliveries are sent again." in browser.post(path, everything, follow=True).content.decode()


def test_a_webhook_is_turned_off_renewed_and_deleted():
    webhook = make_webhook()
    make_delivery(webhook)
    browser = browser_of(webhook.owner)
    off = browser.post(page_of("webhook_toggle", webhook), follow=True).content.decode()
    assert "The webhook is turned off." in off
    assert "It was turned off by hand." in off
    assert Delivery.objects.get().code == "disabled"
    browser.post(page_of("webhook_toggle", webhook))
    assert Webhook.objects.get().is_enabled
    assert "For a day" in browser.get(page_of("webhook_rotate", webhook)).content.decode()
    shown = browser.post(page_of("webhook_rotate", webhook)).content.decode()
    assert Webhook.objects.get().secrets[0] in shown
    assert browser.get(page_of("webhook_delete", webhook)).status_code == 200
    browser.post(page_of("webhook_delete", webhook))
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
    activity = browser.get(reverse("accounts:activity")).content.decode()
    for words in ("turned off", "turned on", "renewed", "deleted"):
        assert words in activity


def test_a_secret_that_cannot_be_read_is_said_so_everywhere(settings):
    webhook = make_webhook()
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    browser = browser_of(webhook.owner)
    for path in (LIST, webhook.get_absolute_url()):
        assert "annot be read" in browser.get(path).content.decode()
    form = {**FORM, "headers": ""}
    assert browser.post(page_of("webhook_edit", webhook), form).status_code == 302
    browser.post(page_of("webhook_rotate", webhook))
    assert Webhook.objects.get().is_readable


def test_the_administrator_sees_that_there_are_webhooks_and_nothing_secret():
    delivery = make_delivery(make_webhook(url="https://hooks.example.org/secret-path"))
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    for name, pk in (("webhook", delivery.endpoint_id), ("delivery", delivery.pk)):
        for path in (
            reverse(f"admin:integrations_{name}_changelist"),
            reverse(f"admin:integrations_{name}_change", args=[pk]),
        ):
            answer = browser.get(path)
            assert answer.status_code == 200
            assert "secret-path" not in answer.content.decode()
    browser.post(
        reverse("admin:integrations_webhook_changelist"),
        {"action": "delete_selected", "_selected_action": str(delivery.endpoint_id), "post": "yes"},
    )
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
