import re

import pytest
from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import browser_of, make_user
from projects.models import Project, Target
from projects.tests.factories import make_project, make_target
from results.models import Result
from scraping import runner
from scraping.choices import Level
from scraping.models import SILENT_QUEUE, Job, RowError
from scraping.tests.factories import forget_uploads, make_job, make_step
from sentimatrix_studio import bell

pytestmark = pytest.mark.django_db

CSV = b"id,text,stars\n1,It boils fast.,5\n2,It leaks.,1\n"
HEADERLESS = b"a\t7\tQuite good, I think\nb\t2\tQuite bad, I fear\n"


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(bell, "ring", lambda times=None: True)
    yield
    forget_uploads()


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def job_path(name, job):
    return reverse(f"scraping:{name}", args=[job.project_id, job.pk])


def project_path(name, project):
    return reverse(f"scraping:{name}", args=[project.pk])


class TestJobs:
    def test_run_leads_to_the_job(self):
        target = make_target()
        answer = browser_of(target.owner).post(project_path("job_start", target.project))
        job = Job.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, job.get_absolute_url())
        assert (job.trigger, job.status) == ("manual", "queued")

    def test_run_says_what_is_missing(self):
        project = make_project()
        answer = browser_of(project.owner).post(project_path("job_start", project), follow=True)
        assert "There is nothing to collect" in text_of(answer)
        assert not Job.objects.exists()

    def test_a_second_run_leads_to_the_one_that_is_going_on(self):
        running = make_step(make_job(status="running")).job
        answer = browser_of(running.owner).post(project_path("job_start", running.project), follow=True)
        assert answer.redirect_chain == [(running.get_absolute_url(), 302)]
        assert "is still running" in text_of(answer)

    def test_run_says_when_the_queue_is_away(self, monkeypatch):
        monkeypatch.setattr(bell, "ring", lambda times=None: False)
        target = make_target()
        answer = browser_of(target.owner).post(project_path("job_start", target.project), follow=True)
        assert SILENT_QUEUE in text_of(answer)

    def test_the_page_of_a_running_job_shows_it_live(self):
        job = make_job(status="running")
        make_step(job, target=make_target(job.project, label="Kettle on Steam"))
        job.change([(Level.INFO, "Started.")])
        answer = browser_of(job.owner).get(job.get_absolute_url())
        text = text_of(answer)
        assert f'<live-job src="{job_path("job_status", job)}" feed="/ws/jobs/{job.project_id}"' in text
        assert "Kettle on Steam" in text
        assert "Started." in text
        assert job_path("job_cancel", job) in text

    def test_the_page_of_a_failed_job_says_what_to_do_next(self):
        job = make_job(status="partial")
        make_step(job, state="done")
        target = make_target(job.project, label="Walled garden")
        make_step(job, target=target, state="failed", message="A captcha <b>bars</b> the way. Import a file instead.")
        RowError.objects.create(job=job, target=target, line=3, reason="It has no text.", raw="x")
        text = text_of(browser_of(job.owner).get(job.get_absolute_url()))
        assert "What to do next" in text
        assert "A captcha &lt;b&gt;bars&lt;/b&gt; the way. Import a file instead." in text
        assert job_path("job_retry", job) in text
        assert "1 row could not be read" in text
        assert job_path("job_errors", job) in text

    def test_a_completed_job_offers_its_reviews_and_nothing_else(self):
        job = make_step(make_job(status="completed", credits_used=1_250), state="done").job
        text = text_of(browser_of(job.owner).get(job.get_absolute_url()))
        assert f"?job_id={job.pk}" in text
        assert "<dt>Credits used</dt><dd>1,250</dd>" in text
        assert "as one of the runs of" not in text
        assert "What to do next" not in text.replace('aria-label="What to do next"', "")

    def test_cancel_ends_the_job(self):
        job = make_step(make_job(status="running")).job
        answer = browser_of(job.owner).post(job_path("job_cancel", job), follow=True)
        assert "is cancelled" in text_of(answer)
        assert Job.objects.get().status == "cancelled"

    def test_a_retry_leads_to_the_new_job(self):
        job = make_step(make_job(status="failed"), state="failed").job
        answer = browser_of(job.owner).post(job_path("job_retry", job))
        again = Job.objects.get(retry_of=job)
        assert answer["Location"] == again.get_absolute_url()

    def test_the_status_is_the_snapshot_after_what_is_known(self):
        job = make_job(status="running")
        job.change([(Level.INFO, "first")])
        job.change([(Level.INFO, "second")])
        browser = browser_of(job.owner)
        assert [line["message"] for line in browser.get(job_path("job_status", job)).json()["log"]] == [
            "first",
            "second",
        ]
        seen = browser.get(job_path("job_status", job), {"after": 2}).json()
        assert ([line["message"] for line in seen["log"]], seen["seq"]) == (["second"], 4)
        assert browser.get(job_path("job_status", job), {"after": "x"}).status_code == 200

    def test_bad_rows_come_as_a_file(self):
        job = make_job(status="completed")
        target = make_target(job.project)
        for line, raw in ((9, "=1+1"), (2, 'a,"b"')):
            RowError.objects.create(job=job, target=target, line=line, reason="It has no text.", raw=raw)
        answer = browser_of(job.owner).get(job_path("job_errors", job))
        content = answer.getvalue().decode("utf-8-sig")
        assert content.splitlines() == [
            "line,reason,row",
            '2,It has no text.,"a,""b"""',
            "9,It has no text.,'=1+1",
        ]
        assert answer["Content-Disposition"].startswith("attachment;")

    def test_jobs_of_a_project_are_listed_newest_first(self):
        project = make_project()
        jobs = [make_job(project, status="completed", status_message=f"Message {number}") for number in range(30)]
        browser = browser_of(project.owner)
        first = text_of(browser.get(project_path("job_list", project)))
        assert first.index("Message 29") < first.index("Message 5")
        assert "Message 4<" not in first
        second = text_of(browser.get(project_path("job_list", project), {"page": 2}))
        assert jobs[4].get_absolute_url() in second

    def test_all_ones_jobs_are_in_one_list(self):
        user = make_user()
        for name in ("Kettle", "Toaster"):
            make_job(make_project(user, name=name), status="completed")
        make_job(make_project(name="Secret"), status="completed")
        text = text_of(browser_of(user).get(reverse("scraping:job_overview")))
        assert "Kettle" in text
        assert "Toaster" in text
        assert "Secret" not in text

    def test_lists_take_as_many_queries_for_many_jobs_as_for_one(self, django_assert_max_num_queries):
        user = make_user()
        for _ in range(20):
            make_step(make_job(make_project(user), status="completed"))
        browser = browser_of(user)
        with django_assert_max_num_queries(10):
            browser.get(reverse("scraping:job_overview"))

    def test_an_empty_list_says_how_to_begin(self):
        project = make_project()
        text = text_of(browser_of(project.owner).get(project_path("job_list", project)))
        assert "No jobs yet" in text
        assert project_path("import_create", project) in text


class TestImport:
    def take(self, project, content=CSV, name="reviews.csv", **fields):
        """The first step; the answer is a redirect to the second when the file was taken."""
        body = {"file": SimpleUploadedFile(name, content), **fields}
        return browser_of(project.owner).post(project_path("import_create", project), body)

    def test_a_file_is_imported_in_two_steps(self):
        project = make_project()
        taken = self.take(project)
        assert taken.status_code == 302
        browser = browser_of(project.owner)
        page = browser.get(taken["Location"])
        text = text_of(page)
        assert "Is it read right?" in text
        assert "It boils fast." in text
        assert not Target.objects.exists()
        answer = browser.post(taken["Location"], {**fields_of(page), "import": "1"})
        job = Job.objects.get()
        assert answer["Location"] == job.get_absolute_url()
        runner.work()
        job.refresh_from_db()
        assert (job.status, job.new, job.trigger) == ("completed", 2, "import")
        assert sorted(Result.objects.values_list("external_id", "stars")) == [("1", 5.0), ("2", 1.0)]

    def test_guesses_can_be_put_right(self):
        project = make_project()
        taken = self.take(project, HEADERLESS, "x.tsv")
        browser = browser_of(project.owner)
        fields = fields_of(browser.get(taken["Location"]))
        fields |= {"column_text": "2", "column_rating": "1", "column_id": "0", "rating_max": "10", "platform": "yelp"}
        again = browser.post(taken["Location"], {**fields, "look": "1"})
        assert (again.status_code, fields_of(again)["column_rating"]) == (200, "1")
        assert not Job.objects.exists()
        browser.post(taken["Location"], {**fields_of(again), "import": "1"})
        runner.work()
        assert sorted(Result.objects.values_list("platform", "external_id", "stars")) == [
            ("yelp", "a", 3.5),
            ("yelp", "b", 1.0),
        ]

    def test_columns_are_guessed_again_when_the_shape_changes(self):
        project = make_project()
        taken = self.take(project, b"stars;note;text\n" + b"5;x;It boils very fast and I love it.\n" * 3)
        browser = browser_of(project.owner)
        fields = fields_of(browser.get(taken["Location"]))
        assert (fields["delimiter"], fields["column_text"], fields["column_rating"]) == (";", "2", "0")
        fields["delimiter"] = "|"
        page = browser.post(taken["Location"], {**fields, "look": "1"})
        assert page.status_code == 200
        assert (fields_of(page)["column_text"], fields_of(page)["column_rating"]) == ("0", "")

    def test_pasted_reviews_are_a_file_as_well(self):
        project = make_project()
        browser = browser_of(project.owner)
        pasted = {"text": "It boils fast and I love it.\nIt leaks and I am sad.\n"}
        taken = browser.post(project_path("import_create", project), pasted)
        page = browser.get(taken["Location"])
        browser.post(taken["Location"], {**fields_of(page), "import": "1"})
        runner.work()
        assert Result.objects.count() == 2

    @pytest.mark.parametrize("content", [b"", b"  \n"])
    def test_an_empty_file_is_refused(self, content):
        project = make_project()
        answer = self.take(project, content)
        page = answer if answer.status_code == 422 else browser_of(project.owner).get(answer["Location"], follow=True)
        assert "file is empty" in text_of(page)
        assert not Target.objects.exists()

    def test_a_file_nobody_can_read_is_refused_with_the_reason(self):
        project = make_project()
        taken = self.take(project, b"%PDF-1.7 and so on")
        page = browser_of(project.owner).get(taken["Location"], follow=True)
        assert "This is a PDF" in text_of(page)

    def test_neither_file_nor_text_is_refused(self):
        project = make_project()
        answer = browser_of(project.owner).post(project_path("import_create", project), {"text": ""})
        assert answer.status_code == 422
        assert "Choose a file or paste reviews" in text_of(answer)

    def test_a_column_of_text_is_needed(self):
        project = make_project()
        taken = self.take(project)
        browser = browser_of(project.owner)
        fields = fields_of(browser.get(taken["Location"]))
        answer = browser.post(taken["Location"], {**fields, "column_text": "", "import": "1"})
        assert answer.status_code == 422
        assert "Say which column holds the text." in text_of(answer)
        assert not Job.objects.exists()

    def test_nonsense_in_the_options_is_refused_not_crashed_on(self):
        project = make_project()
        taken = self.take(project)
        browser = browser_of(project.owner)
        fields = fields_of(browser.get(taken["Location"]))
        for name, value in (("encoding", "utf-99"), ("column_text", "99"), ("shape", "{"), ("format", "docx")):
            answer = browser.post(taken["Location"], {**fields, name: value, "import": "1"})
            assert answer.status_code == 422, name
        assert not Job.objects.exists()

    def test_an_import_waits_for_the_running_job(self):
        project = make_project()
        taken = self.take(project)
        make_job(project, status="running")
        browser = browser_of(project.owner)
        answer = browser.post(taken["Location"], {**fields_of(browser.get(taken["Location"])), "import": "1"})
        assert answer.status_code == 422
        assert "is still running" in text_of(answer)

    def test_the_upload_of_somebody_else_is_not_found(self):
        project, stranger = make_project(), make_project()
        file_id = self.take(project)["Location"].partition("file=")[2]
        browser = browser_of(stranger.owner)
        for path in (f"?file={file_id}", f"?file={ObjectId()}", "?file=nonsense"):
            assert browser.get(project_path("import_create", stranger) + path).status_code == 404
            assert browser.post(project_path("import_create", stranger) + path, {"import": "1"}).status_code == 404


def fields_of(page):
    """What the form on the page would send as it stands."""
    form = page.context["form"]
    fields = {}
    for bound in form:
        value = bound.value()
        if value is True:
            fields[bound.html_name] = "on"
        elif value is not False:
            fields[bound.html_name] = "" if value is None else str(value)
    return fields


def test_the_button_loads_the_sample():
    user = make_user()
    answer = browser_of(user).post(reverse("sample_load"))
    project = Project.objects.get(owner=user)
    assert answer["Location"] == project.get_absolute_url()
    assert Job.objects.get().project == project


READING = ["job_detail", "job_status", "job_errors"]
CHANGING = ["job_cancel", "job_retry"]


def test_a_stranger_finds_nothing_and_changes_nothing():
    job = make_step(make_job(status="failed"), state="failed").job
    stranger = browser_of(make_user())
    for name in READING:
        assert stranger.get(job_path(name, job)).status_code == 404
    for name in CHANGING:
        assert stranger.post(job_path(name, job)).status_code == 404
    for name in ("job_list", "import_create"):
        assert stranger.get(project_path(name, job.project)).status_code == 404
    for name in ("job_start", "import_create"):
        assert stranger.post(project_path(name, job.project)).status_code == 404
    assert Job.objects.count() == 1


def test_those_not_signed_in_are_asked_to():
    job = make_step(make_job(status="failed"), state="failed").job
    paths = [job_path(name, job) for name in READING + CHANGING]
    paths += [project_path(name, job.project) for name in ("job_list", "job_start", "import_create")]
    for path in [*paths, reverse("scraping:job_overview"), reverse("sample_load")]:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(path)
            assert answer["Location"].startswith("/accounts/login/"), path
    assert Job.objects.count() == 1


def test_what_changes_something_is_not_done_by_a_link():
    job = make_step(make_job(status="running")).job
    browser = browser_of(job.owner)
    for path in (*(job_path(name, job) for name in CHANGING), project_path("job_start", job.project)):
        assert browser.get(path).status_code == 405
    assert Job.objects.get().status == "running"


def test_the_jobs_of_a_project_that_is_leaving_are_shown_no_more():
    job = make_job(make_project(name="Kettle"))
    browser = browser_of(job.owner)
    pages = [reverse("scraping:job_overview"), reverse("dashboard")]
    assert all(job.get_absolute_url() in browser.get(page).content.decode() for page in pages)
    job.project.leave()
    assert all("Kettle" not in browser.get(page).content.decode() for page in pages)
    assert browser.get(job.get_absolute_url()).status_code == 404
