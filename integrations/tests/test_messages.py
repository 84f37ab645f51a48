"""Messages to people through the delivery engine, to the services as they truly answer."""

import json
import socket
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.utils import timezone

from accounts.tests.factories import make_user
from integrations import notifications
from integrations.choices import DeliveryState
from integrations.deliveries.sender import Sender
from integrations.models import Channel, Delivery, Event, Notice
from integrations.tests.factories import ADDRESSES, announce, make_channel
from projects.tests.factories import make_project
from sentimatrix_studio.tests.mail import MailServer
from tests.standins.messengers import DISCORD, NTFY, SLACK, TEAMS

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "tk_canary0123456789"
HOSTS = [SLACK, DISCORD, TEAMS, NTFY]


def confirmed():
    user = make_user()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_all(user) -> list[Channel]:
    return [make_channel(user, service) for service in (*ADDRESSES, "email")]


def states() -> dict[str, str]:
    channels = {channel.pk: channel.service for channel in Channel.objects.all()}
    return {channels[one.endpoint_id]: one.state for one in Delivery.objects.all()}


def test_every_channel_is_sent_one_message_for_one_cause(standins):
    user = confirmed()
    make_all(user)
    for _ in range(2):
        announce(user, "job.completed", cause="the same")
        Sender().send_due()
    assert sorted(seen.host for seen in standins.requests) == sorted(HOSTS)
    assert {json.loads(seen.body) is not None for seen in standins.requests} == {True}
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == ([user.email], "Studio: Job completed: Pressure cooker")
    assert set(states().values()) == {DeliveryState.DELIVERED}


def test_a_channel_is_told_of_the_events_and_the_project_that_were_chosen(standins):
    user = make_user()
    mine, other = make_project(user), make_project(user)
    make_channel(user, "slack", events=["job.failed"], project=mine)
    make_channel(make_user(), "discord")
    for project in (mine, other):
        for name in ("job.failed", "job.completed"):
            announce(user, name, project_id=project.pk)
    Sender().send_due()
    assert [seen.host for seen in standins.requests] == [SLACK]


def test_one_that_fails_holds_up_no_other_and_is_tried_again_when_it_asks_for_it(standins):
    user = confirmed()
    make_all(user)
    standins.messengers.modes = {SLACK: "down", DISCORD: "limited"}
    announce(user)
    at = timezone.now()
    Sender().send_due()
    waiting, delivered = DeliveryState.WAITING, DeliveryState.DELIVERED
    expected = {"slack": waiting, "discord": waiting, "teams": delivered, "ntfy": delivered, "email": delivered}
    assert states() == expected
    limited = Delivery.objects.get(message="discord.com answers with an error (429).")
    assert limited.due_at is not None
    assert timedelta(seconds=6.5) < limited.due_at - at < timedelta(seconds=12)


@pytest.mark.parametrize("service", ADDRESSES)
def test_a_channel_that_is_gone_there_is_turned_off_and_the_bell_says_so(standins, service):
    standins.messengers.mode = "gone"
    channel = make_channel(service=service, name="Ops")
    announce(channel.owner)
    Sender().send_due()
    channel.refresh_from_db()
    assert (channel.is_enabled, channel.disabled_because) == (False, "gone")
    notice = Notice.objects.newest_first()[0]
    assert notice.title == f"Channel disabled: {channel}"
    assert notice.path == channel.get_absolute_url()
    announce(channel.owner)
    assert Delivery.objects.filter(state=DeliveryState.WAITING).count() == 0


def test_a_channel_that_fails_for_days_is_turned_off_and_the_others_are_told_once(standins):
    user = make_user()
    broken, sound = make_channel(user, "slack"), make_channel(user, "ntfy", events=["channel.disabled"])
    day = timedelta(days=1)
    Channel.objects.filter(pk=broken.pk).update(
        failing_since=timezone.now() - 5 * day, last_failed_at=timezone.now() - day
    )
    standins.messengers.modes = {SLACK: "down"}
    announce(user)
    for _ in range(2):
        Sender().send_due()
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.disabled_because, sound.is_enabled) == ("failing", True)
    assert Event.objects.filter(name="channel.disabled").count() == 1
    (told,) = standins.asked(NTFY)
    assert json.loads(told.body)["title"] == "Channel disabled: Slack"


def test_a_test_says_that_it_arrived_and_no_more(standins, settings):
    settings.PUBLIC_URL = "https://studio.example.org"
    channel = make_channel(service="ntfy", is_enabled=False)
    notifications.test(channel)
    Sender().send_due()
    (seen,) = standins.asked(NTFY)
    body = json.loads(seen.body)
    assert (body["title"], body["message"]) == ("Test", "This is a test from Sentimatrix Studio.")
    assert body["click"] == "https://studio.example.org"
    assert not Notice.objects.exists()


def test_nothing_secret_is_kept_of_what_a_service_says(standins):
    standins.messengers.mode = "echo in headers"
    user = make_user()
    for service in ADDRESSES:
        make_channel(user, service)
    ntfy = Channel.objects.get(service="ntfy")
    ntfy.seal({"address": ADDRESSES["ntfy"], "token": TOKEN})
    ntfy.save()
    announce(user)
    Sender().send_due()
    kept = repr(list(Delivery.objects.values()))
    assert kept.count("answers with an error (500)") >= 4
    assert "…" in kept
    for secret in (TOKEN, "my-secret-topic", "abcdefghijklmnopqrstuvwx", "B0000000", "sig=abcdef", "0a1b/triggers"):
        assert secret not in kept


# Mail


def test_mail_waits_for_an_address_that_is_confirmed():
    channel = make_channel(service="email")
    announce(channel.owner)
    Sender().send_due()
    delivery = Delivery.objects.get()
    assert (mail.outbox, delivery.code, delivery.state) == ([], "unconfirmed", DeliveryState.WAITING)
    EmailAddress.objects.create(user=channel.owner, email=channel.owner.email, verified=True, primary=True)
    Delivery.objects.update(due_at=timezone.now())
    Sender().send_due()
    assert [sent.to for sent in mail.outbox] == [[channel.owner.email]]


@pytest.mark.parametrize(
    ("port", "to", "code", "words"),
    [
        (None, "refused@example.org", "status", "The mail server does not take it (550)."),
        (9, "ada@example.org", "connect", "The mail server could not be reached."),
    ],
)
def test_what_a_mail_server_does_not_take_is_told_without_the_password(settings, port, to, code, words):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "127.0.0.1", "studio", "c4nary-0123"
    channel = make_channel(make_user(email=to), service="email")
    EmailAddress.objects.create(user=channel.owner, email=to, verified=True, primary=True)
    with MailServer() as server:
        settings.EMAIL_PORT = port or server.port
        announce(channel.owner)
        Sender().send_due()
    delivery = Delivery.objects.get()
    assert (delivery.code, delivery.message, delivery.state) == (code, words, DeliveryState.WAITING)
    assert "c4nary" not in repr(list(Delivery.objects.values()))


def test_a_mail_server_that_says_nothing_is_given_up_at_the_deadline(settings, monkeypatch):
    monkeypatch.setattr("integrations.messages.DEADLINE", 0.3)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 2
    channel = make_channel(service="email")
    EmailAddress.objects.create(user=channel.owner, email=channel.owner.email, verified=True, primary=True)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_PORT = silent.getsockname()[1]
        announce(channel.owner)
        Sender().send_due()
    assert Delivery.objects.get().code == "timeout"
