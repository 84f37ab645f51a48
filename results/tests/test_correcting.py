from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from projects.models import Target
from results import changes, correcting, ingest, rollups, undo
from results.filters import ResultFilter
from results.models import Change, DailyRollup, Result
from results.tests.factories import ScriptedEngine, make_item, make_items, make_results, make_target, store
from sentimatrix_studio.mongo.transaction import in_transaction

pytestmark = pytest.mark.django_db

LABEL = ("state", "sentiment", "score", "confidence", "emotion", "emotion_score", "label_source")


@pytest.fixture
def target() -> Target:
    return make_target()


@pytest.fixture
def review(target: Target) -> Result:
    return make_results(target, make_item("a", "positive joy"))[0]


def say(review: Result, **said: str | None) -> Change:
    return correcting.relabel_one(Result.objects.get(pk=review.pk), said, review.project.owner)


def say_of_all(target: Target, **said: str | None) -> correcting.Relabelled:
    return correcting.relabel(target.project, Result.objects.filter(target=target), said, target.owner)


def label(review: Result) -> dict[str, Any]:
    found: dict[str, Any] = Result.objects.values(*LABEL).get(pk=review.pk)
    return found


def read_again(review: Result) -> None:
    findings = ingest.analyse([review.pk], ScriptedEngine(), again=True)
    assert in_transaction(partial(ingest.record, findings, again=True)) == 1


def counted(target: Target) -> dict[str, int]:
    tally = DailyRollup.objects.filter(target=target).tally()
    return {name: count for name, count in tally.counters.items() if count}


def test_a_persons_label_counts_at_once_and_says_whose_it_is(review: Result) -> None:
    say(review, sentiment="very_negative", emotion="anger")
    assert label(review) == {
        "state": "analysed", "sentiment": "very_negative", "score": -1.0, "confidence": 1.0, "emotion": "anger",
        "emotion_score": 1.0, "label_source": "human",
    }  # fmt: skip
    figures = counted(review.target)
    assert (figures["label_very_negative"], figures["emotion_anger"], figures["human"]) == (1, 1, 1)
    assert "label_positive" not in figures
    kept = Result.objects.get(pk=review.pk)
    assert (kept.corrected_by_id, kept.corrected_at is not None) == (review.owner_id, True)


def test_saying_one_thing_leaves_the_other_as_it_was(review: Result) -> None:
    say(review, emotion="sadness")
    assert (label(review)["sentiment"], label(review)["score"], label(review)["emotion"]) == (
        "positive",
        0.5,
        "sadness",
    )
    say(review, sentiment="negative")
    assert (label(review)["sentiment"], label(review)["emotion"]) == ("negative", "sadness")
    say(review, emotion=None)
    assert (label(review)["sentiment"], label(review)["emotion"]) == ("negative", "joy")


def test_what_is_given_back_is_exactly_the_engines(review: Result) -> None:
    before, figures = label(review), counted(review.target)
    say(review, sentiment="negative", emotion="anger")
    say(review, sentiment=None, emotion=None)
    assert (label(review), counted(review.target)) == (before, figures)


def test_a_label_that_is_confirmed_is_a_persons(review: Result) -> None:
    say(review, sentiment="positive")
    assert (label(review)["label_source"], label(review)["confidence"]) == ("human", 1.0)


def test_a_correction_survives_an_edit_a_new_import_and_another_engine(review: Result) -> None:
    say(review, sentiment="neutral")
    corrected = label(review)
    store(review.target, make_item("a", "positive joy"))
    assert label(review) == corrected
    store(review.target, make_item("a", "very_negative disgust"))
    assert label(review)["sentiment"] == "neutral"
    read_again(review)
    assert {**label(review), "emotion": None} == {**corrected, "emotion": None, "emotion_score": 0.7}
    say(review, sentiment=None)
    assert (label(review)["sentiment"], label(review)["label_source"]) == ("very_negative", "model")
    rollups.rebuild(review.project)
    assert counted(review.target) == {**counted(review.target), "label_very_negative": 1, "emotion_disgust": 1}


@pytest.mark.parametrize("text", ["unsupported_language", "no_text"])
def test_what_no_engine_reads_a_person_may_label(target: Target, text: str) -> None:
    (review,) = make_results(target, make_item("a", text))
    before = label(review)
    with pytest.raises(ValidationError, match="say that as well"):
        say(review, emotion="joy")
    say(review, sentiment="positive", emotion="joy")
    assert (label(review)["state"], label(review)["emotion"]) == ("analysed", "joy")
    say(review, sentiment=None)
    assert label(review) == {**before, "label_source": ""}


def test_a_review_that_waits_for_the_engine_is_not_labelled(target: Target) -> None:
    store(target, make_item("a", "positive"))
    review = Result.objects.get()
    with pytest.raises(ValidationError, match="waits for the engine"):
        say(review, sentiment="negative")
    assert (label(review)["sentiment"], Change.objects.count()) == (None, 0)


def test_many_are_labelled_in_batches_however_the_filter_shrinks(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "BATCH", 4)
    make_results(target, *make_items(10, text="positive"))
    store(target, make_item("late", "positive"))
    found = ResultFilter(sentiment=("positive",)).queryset(target.project)
    done = correcting.relabel(target.project, found, {"sentiment": "negative"}, target.owner)
    assert (done.change.count, done.passed_over) == (10, 0)
    assert say_of_all(target, sentiment="negative").passed_over == 1
    assert counted(target) == {**counted(target), "label_negative": 10, "human": 10, "score_sum": -50_000}


def test_saying_the_same_again_is_no_change(review: Result) -> None:
    say(review, sentiment="negative")
    assert say(review, sentiment="negative").count == 0
    assert Change.objects.count() == 1


def test_three_classes_take_three_labels(target: Target) -> None:
    target.project.adjust({"analysis": {"sentiment_classes": 3}})
    assert correcting.read_label(target.project, {"sentiment": "positive"}) == {"sentiment": "positive"}
    with pytest.raises(ValidationError, match="very_positive"):
        correcting.read_label(target.project, {"sentiment": "very_positive"})
    with pytest.raises(ValidationError, match="furious"):
        correcting.read_label(target.project, {"emotion": "furious"})
    with pytest.raises(ValidationError, match="Name a sentiment or an emotion"):
        correcting.read_label(target.project, {})


def test_undoing_labels_restores_what_was_there_corrections_included(target: Target) -> None:
    first, second = make_results(target, make_item("1", "positive joy"), make_item("2", "neutral"))
    say(first, sentiment="very_positive")
    before, figures = [label(first), label(second)], counted(target)
    stamps = list(Result.objects.order_by("external_id").values_list("corrected_at", "corrected_by_id"))
    change = say_of_all(target, sentiment="negative").change
    assert str(Change.objects.get(pk=change.pk)) == "2 reviews labelled negative"
    assert undo.undo(change) == undo.Undone(2, 0)
    assert [label(first), label(second)] == before
    assert list(Result.objects.order_by("external_id").values_list("corrected_at", "corrected_by_id")) == stamps
    assert counted(target) == figures
    assert undo.undo(change) == undo.Undone(0, 0)


def test_undoing_labels_leaves_a_later_correction_and_heeds_a_later_analysis(target: Target) -> None:
    first, second = make_results(target, make_item("1", "positive"), make_item("2", "positive"))
    change = say_of_all(target, sentiment="negative").change
    say(first, sentiment="neutral")
    store(target, make_item("2", "very_negative"))
    read_again(second)
    assert undo.undo(change) == undo.Undone(1, 1)
    assert [label(one)["sentiment"] for one in (first, second)] == ["neutral", "very_negative"]
