import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from bson import ObjectId
from django.utils import timezone

from projects.models import Target
from results import documents, ingest, labels
from results.documents import TEXT_LENGTH, VERSIONS_KEPT
from results.models import DailyRollup, Result
from results.tests.factories import (
    START,
    ScriptedEngine,
    analyse,
    make_item,
    make_items,
    make_results,
    make_target,
    store,
)
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db


def raw(**where: object) -> dict[str, object]:
    found = collection(Result).find_one(where)
    assert found
    return found


def counters() -> dict[str, int]:
    return {name: n for name, n in DailyRollup.objects.all().tally().counters.items() if n}


def test_a_stored_document_is_what_the_orm_writes() -> None:
    target, job_id = make_target(), ObjectId()
    item = make_item(title="Good", author="Ann", url="https://example.com/1", rating=4, rating_max=5, language="en")
    store(target, item, job_id=job_id)
    stored = raw()
    said = {**documents.content(item), "published_at": START, "word_count": 2}
    Result(
        owner_id=target.owner_id,
        project_id=target.project_id,
        target=target,
        job_id=job_id,
        platform="steam",
        external_id="2",
        dated_at=START,
        **said,
        words=["good", "boil", "fast"],
    ).save()
    by_orm = raw(external_id="2")
    own = {"_id", "external_id", "created_at", "updated_at"}
    assert {k: v for k, v in stored.items() if k not in own} == {k: v for k, v in by_orm.items() if k not in own}
    assert {k: type(v) for k, v in stored.items()} == {k: type(v) for k, v in by_orm.items()}


def test_a_batch_again_adds_nothing() -> None:
    target, items = make_target(), make_items(3)
    first = store(target, *items)
    again = store(target, *items)
    assert [len(ids) for ids in (first.new, first.updated, first.unchanged)] == [3, 0, 0]
    assert first.pending == first.new
    assert again == ingest.Stored([], [], first.new, [])
    assert Result.objects.count() == 3
    assert counters()["total"] == 3


def test_the_same_id_is_another_review_on_another_platform_or_in_another_project() -> None:
    steam = make_target()
    reddit = make_target(steam.project, "reddit")
    elsewhere = make_target()
    assert [len(store(target, make_item()).new) for target in (steam, reddit, elsewhere)] == [1, 1, 1]


def test_of_two_with_the_same_id_in_a_batch_the_later_counts_once() -> None:
    stored = store(make_target(), make_item(text="first"), make_item(text="second"))
    assert [len(ids) for ids in (stored.new, stored.updated, stored.unchanged)] == [1, 0, 0]
    assert Result.objects.get().text == "second"
    assert counters()["total"] == 1


class TestMissing:
    def test_what_was_known_and_is_not_seen_is_marked_once(self) -> None:
        target = make_target()
        stored = store(target, *make_items(5))
        gone = stored.new[3:]
        assert sorted(mark_missing(target, seen=stored.new[:3])) == gone
        assert mark_missing(target, seen=stored.new[:3]) == []
        marked = Result.objects.exclude(missing_since=None)
        assert sorted(result.pk for result in marked) == gone
        assert counters()["total"] == 5

    def test_what_came_after_the_reading_began_or_is_another_targets_is_not_missing(self) -> None:
        target, began = make_target(), timezone.now() - timedelta(hours=1)
        store(target, *make_items(2))
        store(make_target(target.project, "reddit"), *make_items(2))
        assert mark_missing(target, seen=[], known_at=began) == []

    def test_who_comes_back_is_not_missing_any_more_edited_or_not(self) -> None:
        target = make_target()
        store(target, *make_items(3))
        mark_missing(target, seen=[])
        store(target, *make_items(2), make_item("2", "Another text."))
        assert not Result.objects.exclude(missing_since=None).exists()


def mark_missing(target: Target, seen: list[ObjectId], known_at: datetime | None = None) -> list[ObjectId]:
    known_at = known_at or timezone.now() + timedelta(seconds=1)
    return in_transaction(lambda: ingest.mark_missing(target, seen, known_at))


def test_an_edited_review_keeps_its_older_text_and_waits_for_analysis_again() -> None:
    target = make_target()
    analyse(store(target, make_item(text="very_positive joy", rating=5, rating_max=5)).pending)
    edit = store(target, make_item(text="negative", title="Broke", rating=1, rating_max=5))
    result = Result.objects.get()
    assert edit == ingest.Stored([], [result.pk], [], [result.pk])
    assert (result.state, result.sentiment, result.score, result.emotions, result.engine) == (
        "pending",
        None,
        None,
        [],
        "",
    )
    assert [(v["text"], v["rating"]) for v in result.versions] == [("very_positive joy", 5.0)]
    assert counters() == {"total": 1, "state_pending": 1, "rating_count": 1, "rating_sum": 100, "stars_1": 1}


def test_only_the_latest_versions_are_kept() -> None:
    target = make_target()
    for n in range(VERSIONS_KEPT + 3):
        store(target, make_item(text=f"text {n}"))
    versions = Result.objects.get().versions
    assert [versions[0]["text"], versions[-1]["text"]] == ["text 2", f"text {VERSIONS_KEPT + 1}"]


@pytest.mark.parametrize("change", [{"author": "Eve"}, {"url": "https://example.com/2"}, {"language": "fr"}])
def test_what_is_not_the_review_itself_is_no_edit(change: dict[str, str]) -> None:
    target = make_target()
    store(target, make_item())
    assert len(store(target, make_item(**change)).unchanged) == 1


def test_an_edited_review_without_a_date_keeps_its_day() -> None:
    target = make_target()
    store(target, make_item())
    store(target, make_item(text="Edited.", published_at=None))
    assert Result.objects.get().dated_at == START
    assert DailyRollup.objects.get().day == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_review_moves_to_the_day_it_was_edited_to() -> None:
    target = make_target()
    store(target, make_item())
    store(target, make_item(text="Edited.", published_at=datetime(2026, 4, 1, tzinfo=UTC)))
    assert DailyRollup.objects.get().day == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_review_without_a_date_is_dated_when_it_was_first_seen() -> None:
    store(make_target(), make_item(published_at=None))
    result = Result.objects.get()
    assert result.published_at is None
    assert result.dated_at == result.created_at


def test_without_analysis_nothing_is_handed_back_to_be_analysed() -> None:
    stored = store(make_target(), *make_items(2), analyse=False)
    assert (len(stored.new), stored.pending) == (2, [])


def test_what_cannot_be_stored_or_exported_is_left_out() -> None:
    hostile = "a\x00b\x1fc\ud800d\ufffe\r\ne\rf\tg"
    store(make_target(), make_item(text=hostile, title="\x08T", author="x" * 300, url="u" * 3000))
    result = Result.objects.get()
    assert (result.text, result.title) == ("abcd\ne\nf\tg", "T")
    assert (len(result.author), len(result.url)) == (200, 2000)


def test_a_text_is_cut_and_a_long_id_hashed() -> None:
    target = make_target()
    alike = [make_item("i" * 250 + end, "x" * (TEXT_LENGTH + 1)) for end in "ab"]
    assert len(store(target, *alike).new) == 2
    assert {len(result.text) for result in Result.objects.all()} == {TEXT_LENGTH}


def test_a_review_without_an_id_is_known_by_its_content() -> None:
    target = make_target()
    assert len(store(target, make_item("", "one"), make_item("", "two")).new) == 2
    assert len(store(target, make_item("", "one")).unchanged) == 1


@pytest.mark.parametrize(
    ("rating", "bottom", "top", "stars"),
    [
        (4, None, 5, 4.0),
        (7, None, 10, 3.5),
        (1, None, 1, 5.0),
        (0, None, 1, 0.0),
        (-4, -4, 4, 0.0),
        (2.5, -4, 4, 4.06),
        (6, None, 5, None),
        (-1, None, 5, None),
        (3, None, None, None),
        (3, 5, 5, None),
        (None, None, 5, None),
        (float("nan"), None, 5, None),
        (float("inf"), None, float("inf"), None),
    ],
)
def test_ratings_of_all_scales_meet_on_five_stars(
    rating: float | None, bottom: float | None, top: float | None, stars: float | None
) -> None:
    said = documents.content(make_item(rating=rating, rating_min=bottom, rating_max=top))
    assert said["stars"] == stars


def test_findings_are_kept_once() -> None:
    pending = store(make_target(), make_item(1, "very_positive joy"), make_item(2, "unsupported_language")).pending
    findings = ingest.analyse(pending, ScriptedEngine())
    record = partial(ingest.record, findings)
    assert in_transaction(record) == 2
    before = counters()
    assert in_transaction(record) == 0
    assert counters() == before
    happy, other = Result.objects.order_by("external_id")
    assert (happy.state, happy.sentiment, happy.score, happy.language) == ("analysed", "very_positive", 0.9, "en")
    assert (happy.emotion, happy.emotion_score, len(happy.emotions)) == ("joy", 0.7, 2)
    assert (other.state, other.sentiment, other.language) == ("unsupported_language", None, "de")
    assert before == {
        "total": 2,
        "state_analysed": 1,
        "state_unsupported_language": 1,
        "label_very_positive": 1,
        "score_sum": 9000,
        "emotion_joy": 1,
        "emotion_joy_sum": 7000,
    }


def test_a_finding_about_a_text_edited_since_is_passed_over() -> None:
    target = make_target()
    findings = ingest.analyse(store(target, make_item(text="positive")).pending, ScriptedEngine())
    store(target, make_item(text="negative"))
    assert in_transaction(partial(ingest.record, findings)) == 0
    assert Result.objects.get().state == "pending"


def test_a_finding_about_a_deleted_review_is_passed_over() -> None:
    findings = ingest.analyse(store(make_target(), make_item(text="positive")).pending, ScriptedEngine())
    collection(Result).delete_many({})
    assert in_transaction(partial(ingest.record, findings)) == 0


def test_only_reviews_that_wait_are_analysed() -> None:
    pending = store(make_target(), make_item()).pending
    analyse(pending)
    assert ingest.analyse(pending, ScriptedEngine()) == []


def test_reviews_that_could_not_be_analysed_are_marked_so() -> None:
    done, failed = store(make_target(), make_item(1, "positive"), make_item(2)).pending
    analyse([done])
    assert in_transaction(partial(ingest.give_up, [done, failed])) == 1
    assert Result.objects.get(pk=failed).state == "failed"
    assert counters()["state_failed"] == 1


@pytest.mark.parametrize(
    ("title", "text", "read"),
    [
        ("", "Fine.", "Fine."),
        ("Great", "It works.", "Great. It works."),
        ("Really?", "Yes.", "Really? Yes."),
        ("Great kettle", "Great kettle, boils fast", "Great kettle, boils fast"),
        ("Great kettle…", "Great kettle, boils fast", "Great kettle, boils fast"),
        ("Only a title", "", "Only a title."),
    ],
)
def test_title_and_text_are_read_as_one(title: str, text: str, read: str) -> None:
    assert ingest.readable(title, text) == read


def test_a_transaction_that_fails_leaves_nothing() -> None:
    target = make_target()

    def work() -> None:
        ingest.store(target, None, make_items(3), analyse=True)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        in_transaction(work)
    assert (Result.objects.count(), DailyRollup.objects.count()) == (0, 0)


def test_workers_that_store_the_same_reviews_at_once_store_them_once() -> None:
    target, items = make_target(), make_items(40)
    stored = at_once([partial(store, target, *items[start : start + 25]) for start in (0, 5, 10, 15)])
    assert sum(len(batch.new) for batch in stored) == 40
    assert sum(len(batch.new + batch.unchanged) for batch in stored) == 100
    assert counters()["total"] == Result.objects.count() == 40


def at_once(works: list[Callable[[], ingest.Stored]]) -> list[ingest.Stored]:
    """Run all in threads that start together."""
    barrier, answers = threading.Barrier(len(works)), []

    def run(work: Callable[[], ingest.Stored]) -> None:
        barrier.wait()
        answers.append(work())

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


# Corrections


def correct(result: Result, **said: str | None) -> None:
    """As a person does it, but for the roll-ups, which follow with what comes next."""
    change = labels.effective(of_model(result), said)
    Result.objects.filter(pk=result.pk).update(correction=said, **change)


def of_model(result: Result) -> documents.Document:
    return labels.of_model(vars(result))


def again(result: Result) -> Result:
    findings = ingest.analyse([result.pk], ScriptedEngine(), again=True)
    assert in_transaction(partial(ingest.record, findings, again=True)) == 1
    return Result.objects.get(pk=result.pk)


def test_another_analysis_stays_beside_what_a_person_has_said() -> None:
    target = make_target()
    result = make_results(target, make_item(text="positive joy"))[0]
    correct(result, sentiment="negative")
    found = again(result)
    assert (found.sentiment, found.score, found.confidence, found.label_source) == ("negative", -0.5, 1.0, "human")
    assert (found.emotion, found.engine) == ("joy", "scripted-1")
    assert of_model(found)["sentiment"] == "positive"


def test_a_correction_outlives_an_edit_and_the_model_reads_the_new_text() -> None:
    target = make_target()
    result = make_results(target, make_item(text="positive"))[0]
    correct(result, sentiment="negative")
    pending = store(target, make_item(text="very_positive")).pending
    waiting = Result.objects.get(pk=result.pk)
    assert (waiting.state, waiting.sentiment, of_model(waiting)["state"]) == ("analysed", "negative", "pending")
    assert analyse(pending) == 1
    found = Result.objects.get(pk=result.pk)
    assert (found.sentiment, found.label_source, of_model(found)["sentiment"]) == (
        "negative",
        "human",
        "very_positive",
    )


def test_what_is_analysed_is_read_again_only_when_that_is_asked() -> None:
    target = make_target()
    result = make_results(target, make_item(text="positive"))[0]
    assert ingest.analyse([result.pk], ScriptedEngine()) == []
    findings = ingest.analyse([result.pk], ScriptedEngine(), again=True)
    assert in_transaction(partial(ingest.record, findings)) == 0
    assert again(result).sentiment == "positive"
