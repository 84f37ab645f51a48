"""What the bell tells of, and in which words."""

import pytest
from bson import ObjectId
from django.urls import reverse

from accounts.tests.factories import make_user
from integrations import notices
from integrations.catalogue import EVENTS
from integrations.models import Bell, Event, Notice
from integrations.models.notices import USUAL
from integrations.tests.factories import announce
from integrations.wording import message_of, path_of
from projects.tests.factories import make_project
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db


def unread(user) -> int:
    return sum(found["unread"] for found in collection(Notice).aggregate(notices.unread_count(user)))


def test_the_bell_tells_of_what_is_usual_until_somebody_chooses():
    user, other = make_user(), make_user()
    for name in EVENTS:
        announce(user, name)
    assert sorted(Notice.objects.values_list("event", flat=True)) == sorted(USUAL)
    Bell.objects.create(owner=other, events=["job.started"])
    for name in EVENTS:
        announce(other, name)
    assert list(Notice.objects.owned_by(other).values_list("event", flat=True)) == ["job.started"]
    Bell.objects.filter(owner=other).update(events=[])
    announce(other, "job.started")
    assert Notice.objects.owned_by(other).count() == 1


def test_an_event_is_told_of_once():
    user = make_user()
    for _ in range(3):
        announce(user, "job.failed", cause="the same")
    (notice,) = Notice.objects.all()
    assert (notice.pk, notice.is_bad, notice.is_unread) == (Event.objects.get().pk, True, True)
    assert (notice.title, notice.text) == ("Job failed: Pressure cooker", "The page asks for a captcha.")
    assert unread(user) == 1


def test_what_did_not_happen_is_not_told_of():
    class Undone(Exception):  # noqa: N818
        pass

    def work() -> None:
        announce(user, "job.failed")
        raise Undone

    user = make_user()
    with pytest.raises(Undone):
        in_transaction(work)
    assert (Event.objects.count(), Notice.objects.count()) == (0, 0)


def test_notices_are_counted_by_index_and_no_further_than_anybody_reads():
    user = make_user()
    many = [
        Notice(pk=ObjectId(), owner=user, event="job.failed", title="x", at="2026-01-01T00:00Z") for _ in range(105)
    ]
    Notice.objects.bulk_create(many)
    assert unread(user) == notices.MOST_COUNTED
    plan = collection(Notice).database.command(
        "explain",
        {"aggregate": Notice._meta.db_table, "pipeline": notices.unread_count(user), "cursor": {}},
        verbosity="queryPlanner",
    )
    assert "notice_unread" in str(plan)
    Notice.objects.owned_by(user).mark_read()
    assert unread(user) == 0


def test_every_event_has_a_title_a_sentence_and_a_page(settings):
    settings.PUBLIC_URL = "https://studio.example.org"
    project = make_project(make_user())
    for name in EVENTS:
        event = announce(project.owner, name)
        message = message_of(event)
        assert message.title.startswith(tuple(f"{name.partition('.')[0].capitalize()} " for name in EVENTS))
        assert message.text.endswith(".")
        assert "{" not in message.text
        assert message.url == f"https://studio.example.org{path_of(event)}"
    paused = path_of(Event.objects.get(name="schedule.paused"))
    assert paused == reverse("scraping:schedule_detail", args=[EVENTS["schedule.paused"].example["project_id"]])
    settings.PUBLIC_URL = ""
    assert message_of(event).url == ""


@pytest.mark.parametrize(
    ("name", "title", "text"),
    [
        ("job.completed", "Job completed: Pressure cooker", "128 reviews: 120 new, 8 updated."),
        ("analysis.completed", "Analysis completed: Pressure cooker", "Reviews analysed: 126, failed: 2."),
        ("target.error", "Target failed: Cooker at Amazon", "Pressure cooker: The page asks for a captcha."),
        ("key.refused", "Key refused: Groq", "Groq does not accept it."),
    ],
)
def test_words(name, title, text):
    message = message_of(Event(name=name, facts=EVENTS[name].example))
    assert (message.title, message.text) == (title, text)


def test_a_job_that_did_not_end_by_itself_is_not_called_completed():
    facts = {**EVENTS["job.completed"].example, "status": "cancelled"}
    assert message_of(Event(name="job.completed", facts=facts)).title == "Job cancelled: Pressure cooker"
