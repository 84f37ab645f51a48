"""The pages of the bell and of channels to people."""

from http import HTTPStatus

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import browser_of, make_user
from integrations.models import Bell, Channel, Delivery, Notice
from integrations.tests.factories import ADDRESSES, announce, make_channel
from projects.tests.factories import make_project
from sentimatrix_studio.encryption import Unreadable

pytestmark = pytest.mark.django_db

LIST = reverse("integrations:channel_list")
BELL = reverse("integrations:bell_edit")
NOTICES = reverse("integrations:notice_list")
TOKEN = "tk_canary0123456789"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def path_of(name: str, channel: Channel) -> str:
    return reverse(f"integrations:{name}", args=[channel.pk])


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def new(service: str) -> str:
    return reverse("integrations:channel_create", args=[service])


def test_a_channel_is_added_and_shown_masked():
    user = make_user()
    project = make_project(user, name="Kettle")
    fields = {"address": ADDRESSES["slack"], "name": "Ops <b>", "events": ["job.failed"], "project": project.pk}
    answer = browser_of(user).post(new("slack"), fields, follow=True)
    channel = Channel.objects.get()
    assert answer.redirect_chain == [(path_of("channel_edit", channel), HTTPStatus.FOUND)]
    assert (channel.owner, channel.project, channel.events) == (user, project, ["job.failed"])
    assert channel.open() == {"address": ADDRESSES["slack"]}
    page = browser_of(user).get(LIST).content.decode()
    for text in (answer.content.decode(), page):
        assert "https://hooks.slack.com/...uvwx" in text
        assert "Slack, Ops &lt;b&gt;" in text
        assert "T0000000" not in text
    assert "Job failed, only of Kettle" in page
    assert [entry.event for entry in AuditEntry.objects.all()] == ["channel.created"]


@pytest.mark.parametrize(
    ("service", "given", "wrong"),
    [
        ("slack", {"address": "https://evil.example/canary"}, "address"),
        ("slack", {"address": ""}, "address"),
        ("ntfy", {"address": ADDRESSES["ntfy"], "token": "canary 1"}, "token"),
        ("email", {"events": [], "name": "x"}, "events"),
        ("email", {"events": ["no.such"]}, "events"),
        ("email", {"project": "5f0c0000000000000000abcd"}, "project"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_no_secret_comes_back(service, given, wrong):
    make_project(make_user())
    answer = browser_of(make_user()).post(new(service), {"events": ["job.failed"], **given})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [wrong])
    assert "canary" not in answer.content.decode()
    assert not Channel.objects.exists()


def test_an_address_left_empty_stays_and_another_one_forgets_the_token():
    user = make_user()
    channel = make_channel(user, "ntfy")
    browser, path = browser_of(user), path_of("channel_edit", channel)
    kept = {"events": ["job.failed"], "name": "Phone"}
    assert browser.post(path, {**kept, "token": TOKEN}).status_code == 302
    channel.refresh_from_db()
    assert channel.open() == {"address": ADDRESSES["ntfy"], "token": TOKEN}
    browser.post(path, kept)
    channel.refresh_from_db()
    assert (channel.name, channel.open()["token"]) == ("Phone", TOKEN)
    browser.post(path, {**kept, "address": "https://other.example.org/topic"})
    channel.refresh_from_db()
    assert channel.open() == {"address": "https://other.example.org/topic"}
    page = browser.get(path)
    assert "https://other.example.org/..." in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_there_are_only_so_many(monkeypatch):
    monkeypatch.setattr(Channel, "most", 1)
    user = make_user()
    make_channel(user)
    answer = browser_of(user).post(new("email"), {"events": ["job.failed"]})
    assert (answer.status_code, Channel.objects.count()) == (422, 1)
    assert "You have as many as one may have." in browser_of(user).get(LIST).content.decode()


def test_a_channel_that_cannot_be_read_is_named_and_can_be_entered_again(settings):
    user = make_user()
    channel = make_channel(user)
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    browser = browser_of(user)
    assert "Cannot be read" in browser.get(LIST).content.decode()
    assert "Enter it again" in browser.get(path_of("channel_edit", channel)).content.decode()
    assert browser.post(path_of("channel_edit", channel), {"events": ["job.failed"]}).status_code == 422
    browser.post(path_of("channel_edit", channel), {"events": ["job.failed"], "address": ADDRESSES["slack"]})
    channel.refresh_from_db()
    assert channel.is_readable


def test_an_address_opens_in_its_own_row_alone():
    mine, theirs = make_channel(make_user(), "slack"), make_channel(make_user(), "slack")
    Channel.objects.filter(pk=theirs.pk).update(sealed=mine.sealed)
    theirs.refresh_from_db()
    moved = Channel(pk=mine.pk, owner=mine.owner, service="ntfy", sealed=mine.sealed)
    for channel in (theirs, moved):
        with pytest.raises(Unreadable):
            channel.open()


def test_a_test_message_is_put_on_its_way_also_where_the_channel_is_off():
    user = make_user()
    channel = make_channel(user, is_enabled=False, disabled_because="failing")
    browser = browser_of(user)
    answer = browser.post(path_of("channel_test", channel), follow=True)
    assert messages_of(answer) == ["A test message is on its way. What came of it is shown below."]
    assert 'hx-trigger="load delay:2s"' in answer.content.decode()
    assert "Nothing could be delivered for five days" in answer.content.decode()
    Delivery.objects.update(state="failed", attempts=1, due_at=None, message="hooks.slack.com answers <b>no</b>.")
    page = browser.get(path_of("channel_edit", channel)).content.decode()
    assert "hooks.slack.com answers &lt;b&gt;no&lt;/b&gt;." in page
    assert "load delay" not in page
    codes = [browser.post(path_of("channel_test", channel)).status_code for _ in range(10)]
    assert codes == [302] * 9 + [429]


def test_a_channel_is_turned_off_on_and_deleted_after_a_question():
    user = make_user()
    channel, other = make_channel(user), make_channel()
    browser = browser_of(user)
    states = []
    for _ in range(2):
        browser.post(path_of("channel_toggle", channel))
        channel.refresh_from_db()
        states.append(channel.is_enabled)
    assert states == [False, True]
    announce(user, "job.completed")
    assert "Delete Slack?" in browser.get(path_of("channel_delete", channel)).content.decode()
    browser.post(path_of("channel_delete", channel))
    assert (list(Channel.objects.all()), Delivery.objects.count()) == ([other], 0)
    events = ["channel.turned_off", "channel.turned_on", "channel.deleted"]
    assert [entry.event for entry in AuditEntry.objects.order_by("seq")] == events
    activity = browser.get(reverse("accounts:activity")).content.decode()
    assert "Channel turned off" in activity


def test_the_list_asks_as_often_for_many_as_for_one(django_assert_num_queries):
    user = make_user()
    browser = browser_of(user)
    for service in ("slack", "email", "ntfy"):
        make_channel(user, service, project=make_project(user))
    browser.get(LIST)
    with django_assert_num_queries(6):  # session, user, what the frame shows, channels, their projects, bell
        page = browser.get(LIST).content.decode()
    assert user.email in page


def test_mail_says_where_it_goes_and_what_it_waits_for():
    user = make_user()
    page = browser_of(user).get(new("email")).content.decode()
    assert f"{user.email} is not confirmed" in page
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    assert f"Messages go to {user.email}." in browser_of(user).get(new("email")).content.decode()
    assert browser_of(user).get(new("telegram")).status_code == 404


# The bell


def test_one_chooses_of_what_the_bell_tells():
    user = make_user()
    browser = browser_of(user)
    assert "Job completed, Job failed, Schedule paused" in browser.get(LIST).content.decode()
    for chosen in (["job.started", "key.refused"], []):
        assert browser.post(BELL, {"events": chosen}).status_code == 302
        assert Bell.objects.get(owner=user).events == chosen
    assert "It tells of nothing." in browser.get(LIST).content.decode()
    assert browser.post(BELL, {"events": ["no.such"]}).status_code == 422


def test_notices_are_listed_opened_and_marked_read(django_assert_num_queries):
    user = make_user()
    browser = browser_of(user)
    assert "Nothing to tell yet" in browser.get(NOTICES).content.decode()
    announce(make_user(), "job.failed")
    refused, failed = announce(user, "key.refused"), announce(user, "job.failed")
    page = browser.get(reverse("integrations:channel_list")).content.decode()
    assert page.count('aria-label="Notifications, 2 unread"') == 2
    menu = browser.get(reverse("integrations:notice_latest")).content.decode()
    assert menu.index("Job failed: Pressure cooker") < menu.index("Key refused: Groq")
    opened = browser.post(reverse("integrations:notice_open", args=[refused.pk]))
    assert opened["Location"] == f"{reverse('integrations:key_list')}#key-groq"
    with django_assert_num_queries(4):  # session, user, what the frame shows, notices
        listed = browser.get(NOTICES).content.decode()
    assert (listed.count(">New<"), listed.count("Mark as read:")) == (1, 1)
    stayed = browser.post(reverse("integrations:notice_open", args=[failed.pk]), {"stay": "1"})
    assert (stayed["Location"], Notice.objects.owned_by(user).unread().count()) == (NOTICES, 0)
    announce(user, "job.failed")
    browser.post(reverse("integrations:notices_read"))
    assert Notice.objects.unread().count() == 1  # somebody else's


def test_one_leafs_through_notices_by_id(monkeypatch):
    monkeypatch.setattr("integrations.views.notices.LINES", 2)
    user = make_user()
    for number in range(5):
        announce(user, "job.failed", cause=str(number))
    browser, seen, pages = browser_of(user), [], [""]
    while pages:
        context = browser.get(f"{NOTICES}{pages.pop()}").context
        seen += [notice.pk for notice in context["notices"]]
        pages += [context["older"]] if context["older"] else []
    assert seen == list(Notice.objects.newest_first().values_list("pk", flat=True))
    assert browser.get(NOTICES, {"before": "x"}).status_code == 404


def test_the_words_of_others_are_only_words():
    user = make_user()
    announce(user, "job.failed")
    Notice.objects.update(title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    browser = browser_of(user)
    for path in (NOTICES, reverse("integrations:notice_latest")):
        page = browser.get(path).content.decode()
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "<img src=x" not in page
