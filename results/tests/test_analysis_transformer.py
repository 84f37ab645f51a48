"""The transformer engine, with tiny models made here; and what is said where it cannot be had."""

import logging
import threading
from unittest.mock import Mock

import pytest

from projects.config import TRANSFORMER
from results.analysis import choosing, engine, own_labels
from results.analysis.choosing import choose, usable
from results.analysis.engine import AnalysisError, get_engine
from results.tests.models_of_hub import make_model

THREE = ("negative", "neutral", "positive")
WORDS = {"awful": 0, "broken": 0, "okay": 1, "great": 2, "love": 2}
FELT = ("anger", "gratitude", "joy", "neutral")
FELT_WORDS = {"awful": 0, "thanks": 1, "love": 2, "okay": 3}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A process that has loaded nothing yet."""
    monkeypatch.setattr(engine, "_engines", {})
    monkeypatch.setattr(engine, "_refused", {})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {
        "three": make_model(folder / "three", THREE, WORDS),
        "five": make_model(folder / "five", [f"{n} star{'s' * (n > 1)}" for n in range(1, 6)], {"love": 4, "great": 3}),
        "felt": make_model(folder / "felt", FELT, FELT_WORDS, is_multi_label=True),
    }
    assert sum(file.stat().st_size for file in (folder / "three").iterdir()) < 2**20
    return made


@pytest.fixture
def transformer(models, settings):
    settings.TRANSFORMER_MODEL, settings.TRANSFORMER_EMOTION_MODEL = models["three"], models["felt"]
    return get_engine(TRANSFORMER)


def test_texts_are_read_in_batches_and_answered_in_order(transformer):
    texts = ["This is great. " * (50 - n % 50) if n % 2 else f"It is awful and broken, the {n}th." for n in range(40)]
    texts[3:3] = ["", " \n ", "12345", "👍👍", "Das Gerät ist leider schon nach zwei Tagen kaputt gegangen."]
    found = transformer.analyse(texts)
    assert [one.state for one in found[3:8]] == [*["no_text"] * 4, "unsupported_language"]
    assert found[7].language == "de"
    read = found[:3] + found[8:]
    assert [one.sentiment for one in read] == ["negative", "positive"] * 20
    assert {one.engine for one in found} == {"transformer:three"}
    assert all((one.score > 0) == (one.sentiment == "positive") for one in read)
    assert all(sum(one.scores.values()) == pytest.approx(1, abs=1e-3) for one in read)
    assert transformer.analyse([texts[0]])[0] == found[0]
    assert transformer.analyse([]) == []


def test_of_several_emotions_each_has_a_probability_of_its_own(transformer):
    (found,) = transformer.analyse(["love and thanks"])
    assert dict(found.emotions)["joy"] > 0.9
    assert found.emotion == "joy"
    assert dict(found.fine_emotions).keys() == {"gratitude", "joy"}
    assert all(probability > 0.9 for _, probability in found.fine_emotions)
    (cold,) = transformer.analyse(["The box and the lid"])
    assert (cold.emotions, cold.emotion, cold.fine_emotions) == ([], None, [])


def test_stars_become_five_labels_and_other_languages_are_read_where_the_model_reads_them(models, settings):
    settings.TRANSFORMER_MODEL, settings.TRANSFORMER_LANGUAGES = models["five"], ["en", "de"]
    found = get_engine(TRANSFORMER).analyse(
        ["I love it", "This is great", "Das ist leider ein ganz großer Mist, love."]
    )
    assert [one.sentiment for one in found] == ["very_positive", "positive", "very_positive"]
    assert [one.language for one in found] == ["en", "en", "de"]
    assert found[0].emotions == []


def test_however_many_ask_at_once_the_model_is_loaded_once(models, settings, monkeypatch):
    settings.TRANSFORMER_MODEL = models["three"]
    get_engine("local")
    loading = Mock(wraps=engine._load)
    monkeypatch.setattr(engine, "_load", loading)
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(get_engine(TRANSFORMER).analyse(["So great"]))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loading.assert_called_once_with(TRANSFORMER)
    assert [one.sentiment for one in found] == ["positive"] * 4
    assert logging.getLogger("sentimatrix").handlers == []


def test_a_model_that_is_not_there_or_tells_something_else_is_named_and_not_tried_again(
    tmp_path, settings, monkeypatch
):
    settings.TRANSFORMER_MODEL = str(tmp_path / "gone")
    chosen = choose(TRANSFORMER)
    assert chosen.engine.id == "local-1"
    assert chosen.notice == "The transformer's model “gone” cannot be loaded. The built-in engine does the work."
    monkeypatch.setattr(engine, "_load", None)
    assert choose(TRANSFORMER).notice == chosen.notice
    monkeypatch.undo()
    settings.TRANSFORMER_MODEL = make_model(tmp_path / "spam", ["spam", "ham"], {})
    monkeypatch.setattr(engine, "_refused", {})
    with pytest.raises(AnalysisError, match="tells spam, ham, not sentiments") as refused:
        get_engine(TRANSFORMER)
    assert (refused.value.code, refused.value.can_retry) == ("wrong_model", False)


def test_without_a_name_or_without_the_packages_it_is_not_offered(settings, monkeypatch):
    settings.TRANSFORMER_MODEL = ""
    assert usable() == {"local"}
    assert "(TRANSFORMER_MODEL). The built-in" in choose(TRANSFORMER).notice
    settings.TRANSFORMER_MODEL = "cardiffnlp/anything"
    assert usable() == {"local", "transformer"}
    monkeypatch.setattr(choosing, "PACKAGES", ("torch", "no_such_package"))
    assert usable() == {"local"}
    assert "not installed: no_such_package." in choose(TRANSFORMER).notice


@pytest.mark.parametrize(
    ("labels", "ours"),
    [
        (["NEGATIVE", "POSITIVE"], ["negative", "positive"]),
        (["LABEL_0", "LABEL_1"], ["negative", "positive"]),
        (["LABEL_0", "LABEL_1", "LABEL_2"], ["negative", "neutral", "positive"]),
        (["POS", "NEG", "NEU"], ["positive", "negative", "neutral"]),
        (["1", "2", "3", "4", "5"], ["very_negative", "negative", "neutral", "positive", "very_positive"]),
        (
            ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"],
            ["very_negative", "negative", "neutral", "positive", "very_positive"],
        ),
    ],
)
def test_labels_of_models_are_ours_by_their_names(labels, ours):
    assert own_labels.sentiments_of(labels) == dict(zip(labels, ours, strict=True))


@pytest.mark.parametrize(
    "labels",
    [
        ["joy", "anger"],
        ["LABEL_0"],
        ["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"],
        ["positive", "pos"],
        ["1 star", "2 stars"],
    ],
)
def test_labels_that_are_not_surely_sentiments_are_refused(labels):
    with pytest.raises(AnalysisError):
        own_labels.sentiments_of(labels)


def test_the_side_is_decided_before_how_strong_it_is():
    scores = {"very_positive": 0.3, "positive": 0.3, "neutral": 0.4, "negative": 0.0, "very_negative": 0.0}
    assert own_labels.decided(scores) == ("very_positive", 0.6, 0.6)
    assert own_labels.ekman({"sad": 0.4, "grief": 0.4}, own_labels.emotions_of(["sad", "grief", "mystery"])) == [
        ("sadness", 0.64)
    ]
