import pytest
from bson import ObjectId
from django.utils.timezone import now

from accounts.models import User
from accounts.tests.factories import api_of, api_with, make_token, make_user
from projects.models import Project
from projects.tests.factories import make_project, make_target
from scraping.models import Job, Schedule
from scraping.tests.factories import make_schedule

pytestmark = pytest.mark.django_db

SCHEDULES = "/api/v1/schedules"


@pytest.fixture
def user() -> User:
    return make_user(timezone="Europe/Vienna")


@pytest.fixture
def project(user) -> Project:
    return make_target(make_project(user)).project


def of(project: Project, rest: str = "") -> str:
    return f"{SCHEDULES}/project/{project.pk}{rest}"


def test_a_schedule_is_made_once_a_project_and_shown_as_it_is(user, project):
    api = api_of(user)
    answer = api.post(SCHEDULES, {"project_id": str(project.pk), "frequency": "weekly", "day_of_week": 4})
    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in ("project_id", "time", "timezone", "enabled", "missed", "max_retries")} == {
        **{"project_id": str(project.pk), "time": "09:00", "timezone": "Europe/Vienna"},
        **{"enabled": True, "missed": "once", "max_retries": 3},
    }
    assert made["description"] == "Every Friday at 09:00, Vienna time"
    assert len(made["next_runs"]) == 5
    assert made["next_runs"][0] == made["next_run"]
    assert (made["last_run"], made["last_status"], made["consecutive_failures"]) == (None, None, 0)
    assert api.get(of(project)).json() == made
    assert api.get(SCHEDULES).json()["items"] == [made]
    second = api.post(SCHEDULES, {"project_id": str(project.pk)})
    assert (second.status_code, second.json()["code"]) == (409, "CONFLICT_ERROR")


def test_what_is_named_is_changed_and_a_switch_plans_anew(user, project):
    make_schedule(project, next_run=now(), time="07:00", consecutive_failures=2)
    api = api_of(user)
    changed = api.put(of(project), {"frequency": "cron", "cron": " 0  9 * * MON-FRI "}).json()
    assert (changed["cron"], changed["time"], changed["timezone"]) == ("0 9 * * MON-FRI", "07:00", "UTC")
    assert api.put(of(project), {"frequency": "daily"}).json()["cron"] == ""
    off = api.post(of(project, "/toggle")).json()
    assert (off["enabled"], off["next_run"], off["next_runs"]) == (False, None, [])
    on = api.post(of(project, "/toggle")).json()
    assert (on["enabled"], on["consecutive_failures"], len(on["next_runs"])) == (True, 0, 5)
    assert api.delete(of(project)).status_code == 204
    assert [api.get(of(project, path)).status_code for path in ("", "/history")] == [404, 404]


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"frequency": "cron"}, "/cron"),
        ({"frequency": "cron", "cron": "0 0 30 2 *"}, "/cron"),
        ({"frequency": "yearly"}, "/frequency"),
        ({"time": "24:00"}, "/time"),
        ({"time": "9:00"}, "/time"),
        ({"day_of_month": 29}, "/day_of_month"),
        ({"day_of_week": 7}, "/day_of_week"),
        ({"timezone": "Mars/Olympus"}, "/timezone"),
        ({"jitter_minutes": 60}, "/jitter_minutes"),
        ({"max_retries": 0}, "/max_retries"),
        ({"missed": "perhaps"}, "/missed"),
        ({"next_run": "2026-01-01T00:00:00Z"}, "/next_run"),
        ({"time": None}, "/time"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(user, project, said, pointer):
    make_schedule(project)
    refused = api_of(user).put(of(project), said)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert Schedule.objects.get().next_run is None  # as it was


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's"])
def test_a_schedule_is_of_a_project_of_ones_own(user, whose):
    key = make_project().pk if whose == "somebody else's" else ObjectId()
    refused = api_of(user).post(SCHEDULES, {"project_id": str(key)})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/project_id")
    assert not Schedule.objects.exists()


def test_times_can_be_tried_without_keeping_anything(user):
    shown = api_of(user).post(f"{SCHEDULES}/preview", {"frequency": "monthly", "day_of_month": 28}).json()
    assert shown["description"] == "Every month on the 28th at 09:00, Vienna time"
    assert len(shown["next_runs"]) == 5
    assert api_of(user).post(f"{SCHEDULES}/preview", {"frequency": "cron", "cron": "x"}).status_code == 422
    assert not Schedule.objects.exists()


def test_a_run_now_is_a_job_once_a_key_and_in_the_history(user, project):
    make_schedule(project)
    api = api_of(user)
    first, again = (api.post(of(project, "/run-now"), headers={"Idempotency-Key": "k"}) for _ in range(2))
    job = Job.objects.get()
    assert (first.status_code, first.json(), again.json()) == (202, {"job_id": str(job.pk)}, {"job_id": str(job.pk)})
    assert job.trigger == "api"
    assert api.post(of(project, "/run-now")).status_code == 409
    (entry,) = api.get(of(project, "/history")).json()["items"]
    assert (entry["job_id"], entry["status"], entry["message"]) == (str(job.pk), "running", "")
    job.cancel()
    project.targets.all().delete()
    assert api.post(of(project, "/run-now")).status_code == 400
    assert api.get(of(project, "/history")).json()["items"][0]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("preset", "frequency", "time"), [("advanced", "daily", "09:00"), ("enterprise", "hourly", "09:00")]
)
def test_a_project_made_with_a_preset_that_names_a_schedule_has_it(user, preset, frequency, time):
    made = api_of(user).post("/api/v1/projects", {"name": "Kettles", "preset": preset}).json()
    schedule = Schedule.objects.get()
    assert (str(schedule.project_id), schedule.owner_id, schedule.enabled) == (made["id"], user.pk, True)
    assert (schedule.frequency, schedule.time, schedule.timezone) == (frequency, time, "Europe/Vienna")
    assert schedule.next_run is not None
    assert not any("schedule" in notice for notice in made["notices"])


def test_a_project_made_with_another_preset_has_none(user):
    for said in ({}, {"preset": "budget"}, {"preset": "custom", "config": {"limits": {"rate_limit_delay": 2}}}):
        assert api_of(user).post("/api/v1/projects", {"name": "Kettles", **said}).status_code == 201
    assert not Schedule.objects.exists()


def test_a_token_that_may_only_read_changes_nothing(user, project):
    make_schedule(project)
    reader = api_with(make_token(user, "read"))
    assert reader.get(of(project)).status_code == 200
    codes = [reader.post(of(project, path)).status_code for path in ("/toggle", "/run-now")]
    assert [*codes, reader.delete(of(project)).status_code] == [403, 403, 403]
    assert (Schedule.objects.get().enabled, Job.objects.exists()) == (True, False)


def test_a_list_asks_as_often_for_many_as_for_one(user, project, django_assert_num_queries):
    make_schedule(project, next_run=now())
    api = api_of(user)
    api.get(SCHEDULES)
    with django_assert_num_queries(5) as first:
        api.get(SCHEDULES)
    for _ in range(3):
        make_schedule(make_project(user), next_run=now())
    with django_assert_num_queries(len(first.captured_queries)):
        assert api.get(SCHEDULES).json()["total"] == 4
    leaving = Project.objects.filter(owner=user).first()
    assert leaving is not None
    leaving.leave()
    assert api.get(SCHEDULES).json()["total"] == 3
