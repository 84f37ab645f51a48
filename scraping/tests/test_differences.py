"""What a run says has changed, and how little it asks for when nothing has."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.urls import reverse

from projects.models import Target
from projects.tests.factories import make_project, make_target, settings
from results.analysis.engine import Analysis
from results.models import Result
from results.tests.factories import ScriptedEngine
from scraping import analysing, collecting, differences, incremental, runner
from scraping.choices import Change
from scraping.models import Job, LogLine
from scraping.sources.base import Fetcher, Item, Page, Request
from scraping.sources.outcomes import Outcome, SourceError

pytestmark = pytest.mark.django_db

NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC)
PAGE = 10


class Site:
    """A source over a list of reviews. It counts the pages it was asked for."""

    platform = "steam"
    newest_first = True

    def __init__(self) -> None:
        self.reviews: list[Item] = []
        self.total: int | None = None
        self.asked = 0
        self.breaks_at = 0  # this page cannot be read
        self.is_whole = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        for start in range(int(request.cursor or 0), len(self.reviews), PAGE):
            self.asked += 1
            if self.asked == self.breaks_at:
                raise SourceError(Outcome.CAPTCHA, "A wall.")
            yield Page(self.reviews[start : start + PAGE], str(start + PAGE), self.total, is_whole=self.is_whole)


class CountingEngine(ScriptedEngine):
    def __init__(self) -> None:
        self.read: list[str] = []

    def analyse(self, texts: Sequence[str]) -> list[Analysis]:
        self.read += texts
        return super().analyse(texts)


@pytest.fixture(autouse=True)
def engine(monkeypatch) -> CountingEngine:
    counting = CountingEngine()
    monkeypatch.setattr(analysing, "get_engine", lambda: counting)
    monkeypatch.setattr("sentimatrix_studio.bell.ring", lambda times=None: True)
    return counting


@pytest.fixture
def site(monkeypatch) -> Site:
    shown = Site()
    monkeypatch.setattr(collecting, "get_source", lambda target: shown)
    return shown


@pytest.fixture
def project():
    made = make_project(config=settings(limits={"max_reviews_per_target": 1000}))
    make_target(made)
    return made


def reviews(count: int, first: int = 0) -> list[Item]:
    """Newest first; the first of them is the newest."""
    return [
        Item(
            external_id=str(number),
            text=f"Review number {number}.",
            rating=number % 5 + 1,
            rating_max=5,
            url=f"https://example.com/{number}?ref=a",
            published_at=NEWEST - number * timedelta(hours=1),
        )
        for number in range(first, first + count)
    ]


def fixture_b() -> list[Item]:
    """Of 120, three are gone and five edited; seven are new. All are shuffled, with other tracking parameters."""
    kept = [replace(item, url=item.url.replace("ref=a", "ref=b")) for item in reviews(120) if int(item.external_id) > 2]
    edited = [replace(item, text=f"{item.text} Edited.") for item in kept[:5]]
    shuffled = [*edited, *kept[5:], *reviews(7, first=500)]
    random.Random(3).shuffle(shuffled)
    return shuffled


def run(project, **said) -> Job:
    job = Job.objects.start(project, **said)
    runner.work()
    job.refresh_from_db()
    return job


def counted(job: Job) -> tuple[int, int, int, int]:
    return job.new, job.updated, job.unchanged, job.missing


class TestDifference:
    def test_a_run_says_what_is_new_updated_unchanged_and_missing(self, site, project, engine, client):
        site.reviews, site.total = reviews(120), 120
        assert counted(run(project)) == (120, 0, 0, 0)
        engine.read.clear()
        site.reviews, site.total = fixture_b(), 124
        job = run(project)
        assert counted(job) == (7, 5, 112, 3)
        assert (Result.objects.count(), len(engine.read), job.analysed) == (127, 12, 12)
        assert job.status_message == ("124 reviews: 7 new, 5 updated, 112 known already. 3 are no longer there.")
        client.force_login(project.owner)
        said = client.get(reverse("api:job_diff", args=[project.pk, job.pk]), {"page_size": 100, "page": 2}).json()
        assert [(name, part["total"], len(part["items"])) for name, part in said.items()] == [
            ("new", 7, 0), ("updated", 5, 0), ("unchanged", 112, 12), ("missing", 3, 0),
        ]  # fmt: skip
        said = client.get(reverse("api:job_diff", args=[project.pk, job.pk])).json()
        assert {row["content"]["platform_id"] for row in said["missing"]["items"]} == {"0", "1", "2"}
        assert {(row["before"]["text"], row["content"]["text"]) for row in said["updated"]["items"]} == {
            (f"Review number {number}.", f"Review number {number}. Edited.") for number in range(3, 8)
        }
        page = client.get(reverse("scraping:job_changes", args=[project.pk, job.pk]), {"change": "updated"})
        assert page.content.count(b"<summary>Before</summary>") == 5
        gone = client.get(reverse("scraping:job_changes", args=[project.pk, job.pk]), {"change": "missing"})
        assert b"Review number 2." in gone.content
        # What is gone is said once; who comes back is known.
        assert counted(run(project)) == (0, 0, 124, 0)
        site.reviews, site.total = [*fixture_b(), *reviews(1)], 125
        assert counted(run(project)) == (0, 0, 125, 0)
        assert Result.objects.exclude(missing_since=None).count() == 2

    def test_two_runs_at_once_store_everything_once(self, site, project):
        site.reviews = reviews(120)
        run(project)
        site.reviews = fixture_b()
        jobs = [Job.objects.start(project, is_parallel=True) for _ in range(2)]
        workers = [Thread(target=runner.work) for _ in jobs]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for job in jobs:
            job.refresh_from_db()
        first, second = map(counted, jobs)
        assert [a + b for a, b in zip(first, second, strict=True)] == [7, 5, 236, 3]
        assert Result.objects.count() == 127

    def test_nothing_is_called_missing_by_a_run_that_did_not_see_all(self, site, project):
        site.reviews = reviews(30)
        run(project)
        site.reviews = reviews(20)
        site.total = 30
        assert run(project, options={"full": True}).missing == 0  # the site says there are more
        site.total, site.is_whole = None, False
        assert run(project, options={"full": True}).missing == 0  # so does the source
        site.is_whole = True
        assert run(project, options={"full": True, "max_results": 10}).missing == 0
        assert run(project, options={"full": True, "date_from": "2026-10-31"}).missing == 0
        assert run(project, options={"full": True}).missing == 10

    def test_a_review_that_moves_to_the_next_page_meanwhile_counts_once(self, site, project):
        site.reviews = [*reviews(10), *reviews(10, first=9)]
        job = run(project)
        assert (counted(job), job.steps.get().collected) == ((19, 0, 0, 0), 19)

    def test_a_site_that_shows_nothing_where_there_was_plenty_has_changed(self, site, project):
        site.reviews = reviews(12)
        run(project)
        site.reviews = []
        job = run(project)
        assert (job.status, job.missing, job.steps.get().outcome_code) == ("failed", 0, "layout_changed")

    def test_ids_are_found_across_the_rows_that_hold_them(self, site, project):
        site.reviews = reviews(25)
        job = run(project)
        shown = [differences.changed(job, Change.NEW, start, 8) for start in (0, 8, 16, 24)]
        assert [[int(one.result.external_id) for one in part] for part in shown] == [
            list(range(start, min(start + 8, 25))) for start in (0, 8, 16, 24)
        ]


class TestIncremental:
    def test_a_dozen_known_pages_take_two_requests(self, site, project):
        site.reviews = reviews(120)
        run(project)
        site.asked = 0
        job = run(project)
        assert (site.asked, counted(job)) == (2, (0, 0, 20, 0))
        assert "it was left there" in LogLine.objects.filter(job=job, message__contains="done").get().message

    def test_new_ones_are_read_and_then_it_stops(self, site, project):
        site.reviews = reviews(120)
        run(project)
        site.reviews, site.asked = [*[replace(i, published_at=NEWEST + timedelta(days=1)) for i in reviews(15, 900)],
                                    *reviews(120)], 0  # fmt: skip
        assert counted(run(project))[0] == 15
        assert site.asked == 4

    def test_every_tenth_run_reads_on(self, site, project):
        site.reviews = reviews(40)
        run(project)
        asked = []
        for _ in range(10):
            site.asked = 0
            run(project)
            asked.append(site.asked)
        assert asked == [2] * (incremental.FULL_EVERY - 1) + [4]

    def test_a_run_that_is_asked_to_or_wants_more_than_before_reads_on(self, site, project):
        site.reviews = reviews(60)
        run(project, options={"max_results": 30})
        assert run(project, options={"max_results": 30}).steps.get().collected == 20
        assert run(project, options={"max_results": 50}).steps.get().collected == 50
        assert run(project, options={"max_results": 50, "full": True}).steps.get().collected == 50

    def test_a_target_of_which_others_are_wanted_is_read_on_and_the_rest_is_not_called_missing(self, site, project):
        target = project.targets.get()
        site.reviews = reviews(60)
        run(project)
        Target.objects.update(options={"language": "de"})
        site.reviews = reviews(40, first=20)
        job = run(project)
        assert counted(job) == (0, 0, 40, 0)
        site.reviews = reviews(30, first=20)
        assert counted(run(project, options={"full": True})) == (0, 0, 30, 10)  # of those that were there with it
        assert run(project).steps.get().collected == 20
        target.save(update_fields=["options"])
        site.reviews = reviews(10)
        assert counted(run(project)) == (0, 0, 10, 40)

    def test_after_a_run_that_broke_off_the_gap_is_closed(self, site, project):
        site.reviews = reviews(60)
        run(project)
        site.reviews = [*[replace(i, published_at=NEWEST + timedelta(days=1)) for i in reviews(20, 900)], *reviews(60)]
        site.asked, site.breaks_at = 0, 2
        assert run(project).status == "partial"
        site.asked, site.breaks_at = 0, 0
        assert (counted(run(project)), site.asked) == ((10, 0, 70, 0), 8)

    def test_a_source_that_does_not_keep_its_order_is_read_to_its_end(self, site, project):
        site.reviews = reviews(60)
        random.Random(5).shuffle(site.reviews)
        run(project)
        site.asked = 0
        run(project)
        assert site.asked == 6
