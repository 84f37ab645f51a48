from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.tests.answers import pointers
from accounts.tests.factories import api_of, make_user
from integrations.catalogue import EVENTS
from integrations.models import Channel, Delivery, Notice
from integrations.models.notices import USUAL
from integrations.tests.factories import ADDRESSES, announce, make_channel
from projects.tests.factories import make_project

pytestmark = pytest.mark.django_db

NOTICES, BELL = "/api/v1/notifications", "/api/v1/notifications/bell"
CHANNELS = "/api/v1/notifications/channels"
BODY = {"service": "slack", "address": ADDRESSES["slack"], "name": "Ops", "events": ["job.failed", "job.failed"]}


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def test_notices_are_listed_and_marked_as_read():
    user = make_user()
    api, project = api_of(user), make_project(user)
    failed, refused = announce(user, "job.failed", project_id=project.pk), announce(user, "key.refused")
    announce(make_user(), "job.failed")
    newest, other = api.get(NOTICES).json()["items"]
    assert (newest["id"], newest["title"], newest["path"]) == (
        str(refused.pk),
        "Key refused: Groq",
        "/settings/keys/#key-groq",
    )
    assert (other["project_id"], other["is_bad"], other["unread"]) == (str(project.pk), True, True)
    read = api.post(f"{NOTICES}/{failed.pk}/read").json()
    assert (read["id"], read["unread"]) == (str(failed.pk), False)
    assert [one["id"] for one in api.get(NOTICES, {"unread": "true"}).json()["items"]] == [str(refused.pk)]
    assert [api.post(f"{NOTICES}/read").json() for _ in range(2)] == [{"read": 1}, {"read": 0}]
    assert Notice.objects.unread().count() == 1
    assert api.post(f"{NOTICES}/read", {"all": True}).status_code == 422


def test_the_bell_is_chosen():
    api = api_of(make_user())
    assert api.get(BELL).json() == {"events": USUAL}
    for events in (["key.refused", "job.started"], []):
        assert api.put(BELL, {"events": events}).json() == {"events": events}
        assert api.get(BELL).json() == {"events": events}
    assert pointers(api.put(BELL, {"events": ["no.such"]})) == ["/events/0"]
    assert pointers(api.put(BELL, {})) == ["/events"]


def test_a_channel_is_added_and_its_address_never_shown():
    user = make_user()
    api = api_of(user)
    answer = api.post(CHANNELS, BODY)
    channel = Channel.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(channel.pk),
        "service": "slack",
        "name": "Ops",
        "address": "https://hooks.slack.com/...uvwx",
        "project_id": None,
        "events": ["job.failed"],
        "enabled": True,
        "disabled_reason": "",
        "failing_since": None,
        "last_delivered_at": None,
        "created_at": answer.json()["created_at"],
        "updated_at": answer.json()["updated_at"],
    }
    assert (channel.owner, channel.open()) == (user, {"address": ADDRESSES["slack"]})
    assert api.get(f"{CHANNELS}/{channel.pk}").json()["address"] == answer.json()["address"]
    mail = api.post(CHANNELS, {"service": "email", "events": list(EVENTS)}).json()
    assert mail["address"] == user.email
    assert [one["service"] for one in api.get(CHANNELS).json()["items"]] == ["email", "slack"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"address": "https://evil.example/canary"}, "/address"),
        ({"address": None}, "/address"),
        ({"service": "telegram"}, "/service"),
        ({"service": "email"}, "/address"),
        ({"token": "canary-0123"}, "/token"),
        ({"events": []}, "/events"),
        ({"project_id": "5f" * 12}, "/project_id"),
        ({"sealed": "x"}, "/sealed"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_is_wrong_is_pointed_at_and_not_repeated(change, wrong):
    make_project(make_user())
    answer = api_of(make_user()).post(CHANNELS, BODY | change)
    assert pointers(answer) == [wrong]
    assert "canary" not in answer.content.decode()
    assert not Channel.objects.exists()


def test_a_channel_is_changed_by_what_is_named_turned_off_and_deleted(settings):
    user = make_user()
    api, channel, project = api_of(user), make_channel(user, "ntfy"), make_project(user)
    path = f"{CHANNELS}/{channel.pk}"
    changed = api.put(path, {"project_id": str(project.pk), "token": "tk_0123456789"}).json()
    assert (changed["project_id"], changed["events"]) == (str(project.pk), ["job.completed"])
    channel.refresh_from_db()
    assert channel.open() == {"address": ADDRESSES["ntfy"], "token": "tk_0123456789"}
    assert pointers(api.put(path, {"service": "slack"})) == ["/service"]
    Channel.objects.update(failing_since=timezone.now() - timedelta(days=1))
    assert api.get(path).json()["failing_since"]
    assert [api.post(f"{path}/toggle").json()["enabled"] for _ in range(2)] == [False, True]
    test = api.post(f"{path}/test")
    assert (test.status_code, test.json()["status"]) == (202, "waiting")
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    api.force_login(user)  # the session was encrypted, too
    assert api.put(path, {"token": "tk_9876543210"}).status_code == 409
    assert api.put(path, {"address": ADDRESSES["ntfy"]}).status_code == 200
    assert api.delete(path).status_code == 204
    assert (Channel.objects.count(), Delivery.objects.count()) == (0, 0)


def test_there_are_only_so_many(monkeypatch):
    monkeypatch.setattr("integrations.models.Channel.most", 1)
    api = api_of(make_user())
    assert [api.post(CHANNELS, BODY).status_code for _ in range(2)] == [201, 409]


def test_a_list_asks_as_often_for_many_as_for_one(django_assert_num_queries):
    user = make_user()
    for service in ("email", "slack", "ntfy"):
        make_channel(user, service)
    api = api_of(user)
    api.get(CHANNELS)
    with django_assert_num_queries(5):  # session, user, their number, channels, their owner
        assert len(api.get(CHANNELS).json()["items"]) == 3
