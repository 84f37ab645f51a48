import json
from typing import Any

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.tests.factories import api_of, make_user
from projects import files
from projects.models import Target
from projects.tests.factories import make_project, make_target
from results.models import Result
from scraping import runner
from scraping.choices import Level
from scraping.models import SILENT_QUEUE, Job
from scraping.tests.factories import forget_uploads, make_job, make_step, uploads
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db

CSV = b"id,text,stars\n1,It boils fast.,5\n2,It leaks.,1\n"


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(bell, "ring", lambda times=None: True)
    yield
    forget_uploads()


def path_of(project, *more):
    return "/".join(["/api/v1/projects", str(project.pk), *map(str, more)])


def path_of_job(job, *more):
    return path_of(job.project, "scrape/jobs", job.pk, *more)


def pointers(answer):
    assert answer.status_code == 422, answer.content
    return sorted(error["pointer"] for error in answer.json()["errors"])


def upload(content=CSV, name="reviews.csv"):
    return SimpleUploadedFile(name, content)


def post_file(project, *path, options=None, **upload_of):
    body = {"file": upload(**upload_of)}
    if options is not None:
        body["options"] = options if isinstance(options, str) else json.dumps(options)
    return api_of(project.owner).post(path_of(project, *path), body, format="multipart")


class TestJobs:
    def test_a_start_is_answered_with_the_job(self):
        target = make_target()
        answer = api_of(target.owner).post(path_of(target.project, "scrape"))
        assert answer.status_code == 202
        job = Job.objects.get()
        body = answer.json()
        assert body.pop("created_at").endswith("Z")
        assert body == {
            "id": str(job.pk),
            "project_id": str(target.project_id),
            "status": "queued",
            "status_message": "",
            "trigger": "api",
            "retry_of": None,
            "progress": 0.0,
            "targets": [
                {
                    "target_id": str(target.pk),
                    "status": "waiting",
                    "outcome_code": "",
                    "progress": 0.0,
                    "results_count": 0,
                    "reported_total": None,
                    "attempts": 0,
                    "error": "",
                }
            ],
            "options": {},
            "stats": {
                **dict.fromkeys(("targets_completed", "new", "updated", "unchanged", "missing", "analysed"), 0),
                **dict.fromkeys(
                    (
                        "pending",
                        "results_total",
                        "requests_made",
                        "credits_used",
                        "errors_count",
                        "llm_tokens",
                        "cost_usd",
                    ),
                    0,
                ),
                "targets_total": 1,
            },
            "started_at": None,
            "completed_at": None,
            "error_message": "",
        }

    def test_a_start_takes_targets_and_options(self):
        project = make_project()
        _, second, third = [make_target(project) for _ in range(3)]
        options = {"max_results": 50, "include_replies": True, "date_from": "2026-01-01", "date_to": "2026-01-31"}
        body = {"target_ids": [str(third.pk), str(second.pk), str(third.pk)], "options": options}
        answer = api_of(project.owner).post(path_of(project, "scrape"), body)
        assert answer.status_code == 202
        assert answer.json()["options"] == options
        assert [target["target_id"] for target in answer.json()["targets"]] == [str(third.pk), str(second.pk)]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"target_ids": []}, "/target_ids"),
            ({"target_ids": ["nonsense"]}, "/target_ids/0"),
            ({"target_ids": [str(ObjectId())]}, "/target_ids"),
            ({"target_ids": None}, "/target_ids"),
            ({"options": {"max_results": 0}}, "/options/max_results"),
            ({"options": {"max_results": 10_001}}, "/options/max_results"),
            ({"options": {"date_from": "yesterday"}}, "/options/date_from"),
            ({"options": {"date_from": "2026-02-01", "date_to": "2026-01-01"}}, "/options/date_to"),
            ({"options": {"speed": "high"}}, "/options/speed"),
            ({"trigger": "manual"}, "/trigger"),
        ],
    )
    def test_a_bad_start_is_refused_by_the_name_of_the_field(self, body, pointer):
        target = make_target()
        assert pointers(api_of(target.owner).post(path_of(target.project, "scrape"), body)) == [pointer]
        assert not Job.objects.exists()

    def test_targets_of_somebody_else_are_as_good_as_missing(self):
        project, foreign = make_project(), make_target()
        answer = api_of(project.owner).post(path_of(project, "scrape"), {"target_ids": [str(foreign.pk)]})
        assert pointers(answer) == ["/target_ids"]

    def test_nothing_to_collect_is_a_bad_request(self):
        project = make_project()
        answer = api_of(project.owner).post(path_of(project, "scrape"))
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
        assert "nothing to collect" in answer.json()["detail"]

    @pytest.mark.parametrize("status", ["archived", "paused"])
    def test_a_project_at_rest_is_a_conflict(self, status):
        target = make_target(make_project(status=status))
        answer = api_of(target.owner).post(path_of(target.project, "scrape"))
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT_ERROR")

    def test_a_second_job_is_a_conflict(self):
        target = make_target()
        make_job(target.project)
        assert api_of(target.owner).post(path_of(target.project, "scrape")).status_code == 409
        assert Job.objects.count() == 1

    def test_the_answer_says_when_the_queue_is_away(self, monkeypatch):
        monkeypatch.setattr(bell, "ring", lambda times=None: False)
        target = make_target()
        answer = api_of(target.owner).post(path_of(target.project, "scrape"))
        assert (answer.status_code, answer.json()["status_message"]) == (202, SILENT_QUEUE)

    def test_jobs_are_listed_newest_first_and_by_status(self):
        project = make_project()
        old, new = make_job(project, status="failed"), make_job(project, status="completed")
        make_job()
        api, path = api_of(project.owner), path_of(project, "scrape/jobs")
        assert [job["id"] for job in api.get(path).json()["items"]] == [str(new.pk), str(old.pk)]
        assert [job["id"] for job in api.get(path, {"status": "failed"}).json()["items"]] == [str(old.pk)]
        assert pointers(api.get(path, {"status": "lost"})) == ["/status"]
        assert pointers(api.get(path, {"colour": "red"})) == ["/colour"]

    def test_a_list_takes_as_many_queries_for_many_jobs_as_for_one(self, django_assert_num_queries):
        project = make_project()
        api, path = api_of(project.owner), path_of(project, "scrape/jobs")
        make_step(make_job(project, status="failed"))
        api.get(path)  # every few minutes a request notes when its session was last seen
        with django_assert_num_queries(6):
            api.get(path)
        for _ in range(10):
            make_step(make_job(project, status="failed"))
        with django_assert_num_queries(6):
            assert len(api.get(path).json()["items"]) == 11

    def test_running_jobs_are_those_of_all_ones_projects(self):
        user = make_user()
        live = [make_job(make_project(user), status=status) for status in ("queued", "running")]
        make_job(make_project(user), status="completed")
        make_job(status="running")
        items = api_of(user).get("/api/v1/scrape/running").json()["items"]
        assert [job["id"] for job in items] == [str(job.pk) for job in reversed(live)]

    def test_a_job_is_cancelled_once_and_an_ended_one_not_at_all(self):
        job = make_step(make_job(status="running")).job
        api = api_of(job.owner)
        first, second = [api.post(path_of_job(job, "cancel")) for _ in range(2)]
        assert (first.status_code, first.json()["status"]) == (200, "cancelled")
        assert first.json()["targets"][0]["outcome_code"] == "cancelled"
        assert (second.status_code, second.json()["status"]) == (200, "cancelled")
        done = make_job(job.project, status="completed")
        assert api.post(path_of_job(done, "cancel")).status_code == 409

    def test_a_retry_is_a_new_job_over_what_failed(self):
        job = make_job(status="partial")
        make_step(job, state="done")
        failed = make_step(job, state="failed")
        answer = api_of(job.owner).post(path_of_job(job, "retry"))
        assert answer.status_code == 202
        body = answer.json()
        assert (body["trigger"], body["retry_of"]) == ("retry", str(job.pk))
        assert [target["target_id"] for target in body["targets"]] == [str(failed.target_id)]

    def test_there_is_nothing_to_retry_in_a_completed_job(self):
        job = make_step(make_job(status="completed"), state="done").job
        assert api_of(job.owner).post(path_of_job(job, "retry")).status_code == 400

    def test_progress_goes_on_after_what_is_known(self):
        job = make_job(status="running")
        job.change([(Level.INFO, "first")])
        job.change([(Level.INFO, "second")])
        api, path = api_of(job.owner), path_of_job(job, "progress")
        assert [line["message"] for line in api.get(path).json()["log"]] == ["first", "second"]
        assert [line["message"] for line in api.get(path, {"after": 2}).json()["log"]] == ["second"]
        assert pointers(api.get(path, {"after": "-1"})) == ["/after"]

    def test_the_log_has_pages(self):
        job = make_job()
        job.change([(Level.INFO, f"line {number}") for number in range(5)])
        body = api_of(job.owner).get(path_of_job(job, "log"), {"page": 2, "page_size": 2}).json()
        assert [line["message"] for line in body["items"]] == ["line 2", "line 3"]
        assert (body["total"], body["pages"]) == (5, 3)


class TestImport:
    def test_a_preview_shows_guesses_and_rows_and_keeps_nothing(self):
        project = make_project()
        answer = post_file(project, "results/import/preview")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        assert body["columns"] == ["id", "text", "stars"]
        assert body["rows"] == [["1", "It boils fast.", "5"], ["2", "It leaks.", "1"]]
        assert (body["options"]["format"], body["options"]["header"]) == ("csv", True)
        assert body["options"]["columns"]["text"] in ("text", 1)
        assert not Target.objects.exists()
        assert uploads() == []

    def test_an_import_is_a_job_that_reads_the_file(self):
        project = make_project()
        answer = post_file(project, "results/import")
        assert (answer.status_code, answer.json()["trigger"]) == (202, "import")
        runner.work()
        job = Job.objects.get()
        assert (job.status, job.new) == ("completed", 2)
        assert sorted(Result.objects.values_list("external_id", "stars")) == [("1", 5.0), ("2", 1.0)]
        target = Target.objects.get()
        assert (target.label, target.platform, target.detected_type) == ("reviews.csv", "file", "file")

    def test_the_same_file_again_is_the_same_target_and_nothing_new(self):
        project = make_project()
        for name in ("reviews.csv", "another name.csv"):
            assert post_file(project, "results/import", name=name).status_code == 202
            runner.work()
        last = Job.objects.order_by("-pk")[0]
        assert (last.new, last.unchanged) == (0, 2)
        assert (Target.objects.count(), Result.objects.count(), len(uploads())) == (1, 2, 1)

    def test_what_is_said_about_a_file_counts_more_than_guesses(self):
        project = make_project()
        options = {"header": False, "columns": {"id": 0, "text": 2, "rating": 1}, "platform": "yelp", "rating_max": 10}
        content = b"a\t7\tQuite good\nb\t2\tQuite bad\n"
        answer = post_file(project, "results/import", options=options, content=content, name="x.tsv")
        assert answer.status_code == 202, answer.content
        runner.work()
        assert sorted(Result.objects.values_list("platform", "external_id", "stars")) == [
            ("yelp", "a", 3.5),
            ("yelp", "b", 1.0),
        ]

    @pytest.mark.parametrize("action", ["results/import", "results/import/preview"])
    @pytest.mark.parametrize(
        ("options", "pointer"),
        [
            ("{", "/options"),
            ({"colour": "red"}, "/options/colour"),
            ({"format": "docx"}, "/options/format"),
            ({"columns": {"smell": 1}}, "/options/columns"),
        ],
    )
    def test_bad_options_are_refused_by_their_name(self, action, options, pointer):
        assert pointers(post_file(make_project(), action, options=options)) == [pointer]
        assert not Target.objects.exists()

    @pytest.mark.parametrize("content", [b"", b"   \n", b"%PDF-1.7 and so on", b"\xd0\xcf\x11\xe0" + bytes(100)])
    def test_a_file_that_cannot_be_read_is_refused_and_not_kept(self, content):
        assert post_file(make_project(), "results/import", content=content).status_code == 422
        assert (Target.objects.count(), Job.objects.count(), uploads()) == (0, 0, [])

    def test_a_file_over_the_limit_is_refused_and_not_kept(self, settings):
        settings.UPLOAD_MAX_BYTES = 1000
        answer = post_file(make_project(), "results/import", content=b"text\n" + b"It boils.\n" * 200)
        assert pointers(answer) == ["/file"]
        assert uploads() == []
        assert chunks() == 0

    def test_a_body_without_a_file_is_refused(self):
        project = make_project()
        answer = api_of(project.owner).post(path_of(project, "results/import"), {"options": "{}"}, format="multipart")
        assert pointers(answer) == ["/file"]

    def test_a_file_is_not_kept_when_another_job_is_running(self):
        project = make_job(status="running").project
        assert post_file(project, "results/import").status_code == 409
        assert (Target.objects.count(), uploads()) == (0, [])


def chunks():
    database: Any = connection.database  # type: ignore[attr-defined]
    return database[f"{files.UPLOADS.bucket}.chunks"].count_documents({})


ROUTES = [
    ("post", "scrape"),
    ("get", "scrape/jobs"),
    ("get", "scrape/jobs/{job}"),
    ("post", "scrape/jobs/{job}/cancel"),
    ("post", "scrape/jobs/{job}/retry"),
    ("get", "scrape/jobs/{job}/progress"),
    ("get", "scrape/jobs/{job}/log"),
    ("post", "results/import/preview"),
    ("post", "results/import"),
]


def test_a_stranger_gets_the_same_404_as_for_nothing():
    job = make_step(make_job(status="failed"), state="failed").job
    stranger, bodies = api_of(make_user()), set()
    for method, route in ROUTES:
        for project_id, job_id in ((job.project_id, job.pk), (ObjectId(), ObjectId())):
            answer = call(stranger, method, f"/api/v1/projects/{project_id}/{route.format(job=job_id)}")
            assert answer.status_code == 404
            bodies.add(tuple(answer.json()[name] for name in ("title", "code", "detail")))
    assert len(bodies) == 1
    assert (Job.objects.count(), Job.objects.get().status) == (1, "failed")


def test_nobody_gets_in_without_signing_in():
    job = make_step(make_job(status="failed"), state="failed").job
    paths = [(method, path_of(job.project, route.format(job=job.pk))) for method, route in ROUTES]
    for method, path in [*paths, ("get", "/api/v1/scrape/running")]:
        assert getattr(Client(), method)(path).status_code == 401
    assert Job.objects.count() == 1


def test_a_job_is_not_found_under_another_project_of_the_same_owner():
    job = make_job(status="running")
    other = make_project(job.owner)
    assert api_of(job.owner).get(path_of(other, "scrape/jobs", job.pk)).status_code == 404
    assert api_of(job.owner).post(path_of(other, "scrape/jobs", job.pk, "cancel")).status_code == 404


def call(api, method, path):
    if "import" in path:
        return api.post(path, {"file": upload()}, format="multipart")
    return getattr(api, method)(path)
