"""What becomes of a delivery and of its endpoint, on a clock that the tests turn."""

import ipaddress
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import make_user
from integrations import events
from integrations.deliveries import leases, retries
from integrations.deliveries.attempts import ATTEMPTS
from integrations.deliveries.leases import LeaseLost
from integrations.deliveries.sender import KEPT, Sender, forget
from integrations.models import Delivery, Event, Webhook
from integrations.tests.factories import announce, make_channel, make_delivery, make_webhook
from integrations.tests.receiver import LOOPBACK, Receiver
from projects.tests.factories import make_project
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction
from sentimatrix_studio.tests.waiting import wait_until

pytestmark = pytest.mark.django_db

TABLE = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]  # seconds
ATTEMPT: leases.Attempt = {
    "number": 1,
    "at": "2026-03-01T00:00:00.000Z",
    "ms": 5,
    "code": "",
    "message": "",
    "status": 200,
    "request": [],
    "headers": [],
    "body": "",
}


class Clock:
    """The database's, as the sender sees it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch
        self.turn_to(datetime(2026, 3, 1, tzinfo=UTC))

    def turn_to(self, moment: datetime) -> None:
        self.now = moment
        self.monkeypatch.setattr(leases, "NOW", {"$literal": moment})

    def forward(self, **span: float) -> None:
        self.turn_to(self.now + timedelta(**span))


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def receiver(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver() as receiver:
        yield receiver


def make_due(webhook: Webhook, clock: Clock) -> Delivery:
    return make_delivery(webhook, due_at=clock.now)


def fresh(row):
    row.refresh_from_db()
    return row


# Events


def test_an_event_is_written_once_for_each_endpoint_that_wants_it():
    user, project = make_user(), None
    project = make_project(user)
    wants_all, wants_project = make_webhook(user), make_webhook(user, project=project)
    make_webhook(user, project=make_project(user))
    make_webhook(user, events=["job.failed"])
    make_webhook(user, is_enabled=False)
    make_webhook()
    channel = make_channel(user)
    for _ in range(2):
        announce(user, cause="job 1", project_id=project.pk)
    made = Delivery.objects.order_by("pk").values_list("kind", "endpoint_id")
    assert sorted(made) == sorted([("webhook", wants_all.pk), ("webhook", wants_project.pk), ("channel", channel.pk)])
    assert Event.objects.get().payload["data"]["results_total"] == 128


def test_what_did_not_happen_is_not_announced():
    user = make_webhook().owner

    def work():
        announce(user)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        in_transaction(work)
    assert (Event.objects.count(), Delivery.objects.count()) == (0, 0)


def test_an_event_has_the_fields_it_is_documented_with_and_short_texts():
    user, data = make_user(), {"provider": "groq", "name": "x" * 1000, "message": "No."}
    events.announce("key.refused", owner_id=user.pk, project_id=None, cause="1", data=data)
    assert len(Event.objects.get().facts["name"]) == 500
    for wrong in ({**data, "key": "secret"}, {"provider": "groq"}):
        with pytest.raises(ValueError, match="documented"):
            events.announce("key.refused", owner_id=user.pk, project_id=None, cause="2", data=wrong)


# Retries


def test_a_delivery_is_tried_again_to_the_second_and_then_given_up(receiver, clock, monkeypatch):
    monkeypatch.setattr(retries, "JITTER", 0)
    receiver.status = 503
    delivery = make_due(make_webhook(url=receiver.url), clock)
    for number, seconds in enumerate(TABLE, start=1):
        assert Sender().send_due() == 1
        assert (fresh(delivery).state, delivery.attempts, delivery.code) == ("waiting", number, "status")
        assert delivery.due_at == clock.now + timedelta(seconds=seconds)
        clock.turn_to(delivery.due_at - timedelta(milliseconds=1))
        assert Sender().send_due() == 0
        clock.forward(milliseconds=1)
    assert Sender().send_due() == 1
    assert (fresh(delivery).state, delivery.attempts, delivery.due_at) == ("failed", 10, None)
    assert delivery.ended_at == clock.now
    assert len({request.id for request in receiver.received}) == 1
    assert len(receiver.received) == 10
    assert [attempt["status"] for attempt in delivery.log] == [503] * 10
    assert Webhook.objects.get().is_enabled


def test_pauses_are_a_tenth_longer_or_shorter_by_chance():
    for attempts, seconds in enumerate(TABLE, start=1):
        pauses = [retries.pause(attempts) for _ in range(200)]
        assert all(pause and 0.9 * seconds <= pause.total_seconds() <= 1.1 * seconds for pause in pauses)
        assert len(set(pauses)) > 100
    assert retries.pause(10) is None


@pytest.mark.parametrize(
    ("asked", "seconds"), [("600", 600), ("1", 4.5), ("99999999", 86400), ("nonsense", 4.5), ("-5", 4.5)]
)
def test_the_receiver_may_ask_for_a_longer_pause(receiver, clock, asked, seconds):
    receiver.status, receiver.headers = 429, {"Retry-After": asked}
    delivery = make_due(make_webhook(url=receiver.url), clock)
    Sender().send_due()
    assert timedelta(0) <= fresh(delivery).due_at - clock.now - timedelta(seconds=seconds) <= timedelta(seconds=1)


def test_a_redirect_is_a_failure_and_nothing_is_sent_where_it_leads(receiver, clock):
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/other"}
    delivery = make_due(make_webhook(url=receiver.url), clock)
    Sender().send_due()
    assert (fresh(delivery).state, delivery.code, len(receiver.received)) == ("waiting", "redirect", 1)


def test_an_address_that_is_not_public_is_refused_with_the_reason_and_not_tried_again():
    delivery = make_delivery(make_webhook(url="http://169.254.169.254/latest/meta-data"))
    Sender().send_due()
    assert (fresh(delivery).state, delivery.code) == ("failed", "forbidden")
    assert "not on the public internet" in delivery.message


# The health of an endpoint


def test_an_endpoint_is_turned_off_after_five_days_of_failure_and_its_owner_told_once(receiver, clock):
    receiver.status = 500
    webhook = make_webhook(url=receiver.url, name="Our chat")
    told = make_channel(webhook.owner, events=["webhook.disabled"])
    hours = 0
    while fresh(webhook).is_enabled:
        make_due(webhook, clock)
        Sender().send_due()
        clock.forward(hours=12)
        hours += 12
    assert hours == 5 * 24 + 12
    assert webhook.disabled_because == "failing"
    assert not webhook.deliveries.filter(state="waiting").exists()
    assert "turned off" in webhook.deliveries.failed().latest("pk").message
    event = Event.objects.get(name="webhook.disabled")
    assert event.facts["webhook"] == "Our chat"
    assert event.facts["host"] == "127.0.0.1"
    assert "five days" in event.facts["message"]
    assert Delivery.objects.get(endpoint_id=told.pk).event == event
    announce(webhook.owner)
    assert not webhook.deliveries.filter(state="waiting").exists()


def test_a_success_ends_a_spell_of_failure_and_so_does_silence(receiver, clock):
    receiver.status = 500
    webhook = make_webhook(url=receiver.url)
    make_due(webhook, clock)
    Sender().send_due()
    assert fresh(webhook).failing_since == clock.now
    receiver.status = 204
    clock.forward(days=1)
    Sender().send_due()
    assert (fresh(webhook).failing_since, webhook.last_delivered_at) == (None, clock.now)
    receiver.status = 500
    for _ in range(2):  # nothing happened for a week: nobody has tried for so long
        clock.forward(days=7)
        make_due(webhook, clock)
        Sender().send_due()
    assert (fresh(webhook).failing_since, webhook.is_enabled) == (clock.now, True)


def test_one_that_says_it_is_gone_is_turned_off_at_once(receiver, clock):
    receiver.status = 410
    webhook = make_webhook(url=receiver.url)
    deliveries = [make_due(webhook, clock) for _ in range(3)]
    assert Sender().send_due() == 1
    assert [(fresh(delivery).state, delivery.code) for delivery in deliveries] == [
        ("failed", "gone"),
        ("failed", "disabled"),
        ("failed", "disabled"),
    ]
    assert (fresh(webhook).is_enabled, webhook.disabled_because) == (False, "gone")
    assert Event.objects.filter(name="webhook.disabled").count() == 1


def test_a_webhook_without_a_readable_secret_waits_for_another_one(receiver, clock, settings):
    webhook = make_webhook(url=receiver.url)
    delivery = make_due(webhook, clock)
    keys, settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS, {"another": b"x" * 32}
    Sender().send_due()
    assert (fresh(delivery).state, delivery.code, receiver.received) == ("waiting", "unreadable", [])
    settings.ENCRYPTION_KEYS = keys
    clock.forward(minutes=1)
    Sender().send_due()
    assert fresh(delivery).state == "delivered"


# Leases


def test_a_delivery_of_a_silent_sender_is_taken_over_and_the_first_writes_nothing(receiver, clock):
    delivery = make_due(make_webhook(url=receiver.url), clock)
    frozen = leases.claim(timedelta(seconds=30))
    assert frozen
    assert leases.claim() is None
    clock.forward(seconds=31)
    assert Sender().send_due() == 1
    for write in (leases.deliver, leases.give_up):
        with pytest.raises(LeaseLost):
            write(frozen, ATTEMPT)
    with pytest.raises(LeaseLost):
        leases.put_off(frozen, ATTEMPT, timedelta(seconds=5))
    assert (fresh(delivery).state, delivery.attempts, len(delivery.log)) == ("delivered", 1, 1)


def test_an_attempt_that_kills_every_sender_is_given_up(receiver, clock):
    delivery = make_due(make_webhook(url=receiver.url), clock)
    for _ in range(leases.MOST_BREAKS):
        assert leases.claim()
        clock.forward(minutes=1)
    assert (fresh(delivery).attempts, delivery.breaks) == (1, leases.MOST_BREAKS - 1)
    Sender().send_due()
    assert (fresh(delivery).state, delivery.code, receiver.received) == ("failed", "broken_off", [])


def test_what_broke_off_waits_for_its_turn(receiver, clock):
    broken = make_due(make_webhook(url=receiver.url), clock)
    assert leases.claim()
    waiting = make_due(make_webhook(url=receiver.url), clock)
    Delivery.objects.filter(pk=waiting.pk).update(due_at=clock.now - timedelta(seconds=1))
    clock.forward(minutes=1)
    claimed = [leases.claim(), leases.claim()]
    assert [delivery.pk for delivery in claimed if delivery] == [waiting.pk, broken.pk]


def test_senders_racing_for_deliveries_send_one_thing_at_a_time_to_each_endpoint(clock):
    owner = make_user()
    webhooks = [make_webhook(owner) for _ in range(5)]
    for webhook in webhooks * 2:
        make_due(webhook, clock)
    claimed = [leases.claim() for _ in range(4)]
    of = [delivery.endpoint_id for delivery in claimed if delivery]
    assert (len(of), len(set(of))) == (leases.MOST_OF_ONE_OWNER, leases.MOST_OF_ONE_OWNER)
    other = make_due(make_webhook(), clock)
    found = leases.claim()
    assert found
    assert found.pk == other.pk
    first = claimed[0]
    assert first
    leases.deliver(first, ATTEMPT)
    assert leases.claim() is not None


def test_claiming_reads_no_more_than_it_has_to(clock):
    webhook = make_webhook()
    event = announce(webhook.owner)
    Delivery.objects.all().delete()
    over = {"state": "delivered", "due_at": None, "event": event, "kind": "webhook", "owner": webhook.owner}
    Delivery.objects.bulk_create(Delivery(**over, endpoint_id=make_webhook().pk) for _ in range(100))
    make_due(webhook, clock)
    plan = collection(Delivery).database.command(
        "explain",
        {"find": Delivery._meta.db_table, "filter": leases._claimable(), "sort": {"due_at": 1}, "limit": 1},
    )
    assert plan["executionStats"]["totalDocsExamined"] <= 2


def test_a_slow_receiver_holds_up_nobody_but_itself(receiver):
    open_gate = threading.Event()
    with Receiver() as slow:
        slow.before_answer = open_gate.wait
        sender = Sender()
        for _ in range(3):
            make_delivery(make_webhook_at(slow.url))
            make_delivery(make_webhook_at(receiver.url))
        sender.start()
        try:
            wait_until(lambda: len(receiver.received) == 3)
            assert len(slow.received) == 1
        finally:
            open_gate.set()
            sender.stop()
    assert not sender.is_alive()
    assert Delivery.objects.filter(state="sending").count() == 0


def make_webhook_at(url: str) -> Webhook:
    """The one there is, or a new one."""
    return Webhook.objects.filter(url=url).first() or make_webhook(url=url)


# What is kept


def test_an_attempt_is_kept_with_what_was_said_and_without_what_is_secret(receiver):
    receiver.body = "You said Bearer canary-0123456789 <script>\x00" + "x" * 5000
    webhook = make_webhook(url=receiver.url)
    webhook.keep_headers({"Authorization": "Bearer canary-0123456789", "X-Team": "a"})
    webhook.save()
    delivery = make_delivery(webhook)
    before = ATTEMPTS.labels("webhook", "delivered")._value.get()
    Sender().send_due()
    assert ATTEMPTS.labels("webhook", "delivered")._value.get() == before + 1
    (attempt,) = fresh(delivery).log
    (request,) = receiver.received
    assert request.headers["authorization"] == "Bearer canary-0123456789"
    assert "canary" not in str(delivery.log)
    assert attempt["body"].startswith("You said … <script> x")
    assert len(attempt["body"]) <= 2000
    assert (attempt["status"], attempt["number"], attempt["code"]) == (200, 1, "")
    sent = dict(attempt["request"])
    assert {name.lower(): value for name, value in sent.items()}.items() <= request.headers.items()
    assert sent["webhook-id"] == request.id == delivery.event.message_id


def test_events_are_forgotten_after_thirty_days_with_their_deliveries():
    old, new = make_delivery(), make_delivery()
    Event.objects.filter(pk=old.event_id).update(at=timezone.now() - KEPT - timedelta(minutes=1))
    forget()
    assert list(Delivery.objects.all()) == [new]
    assert list(Event.objects.all()) == [new.event]


def test_a_delivery_to_an_endpoint_that_is_gone_is_dropped():
    delivery = make_delivery()
    Webhook.objects.all()._raw_delete(Webhook.objects.db)
    assert Sender().send_due() == 1
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
