import shutil
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis import engine as engine_module
from results.analysis import language
from results.analysis.cleaning import clean, masked
from results.analysis.engine import AnalysisError, explain, get_engine
from results.analysis.local import MODEL_FOLDER, LocalEngine
from results.choices import Emotion, Sentiment, State


def analyse(text):
    return get_engine().analyse([text])[0]


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I love this phone, the camera is amazing!", "very_positive"),
        ("Best purchase I have ever made, works perfectly.", "very_positive"),
        ("Terrible. Broke after two days, never again.", "very_negative"),
        ("Absolutely awful, do not buy!", "very_negative"),
        ("The box contains two cables.", "neutral"),
        ("Not bad at all", "positive"),
        ("It is smaller than I expected.", "negative"),
    ],
)
def test_plain_sentences_get_the_label_a_person_would_give(text, sentiment):
    analysis = analyse(text)
    assert (analysis.state, analysis.language, analysis.sentiment) == (State.ANALYSED, "en", sentiment)


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("Thank you so much, this made my day!", "joy"),
        ("I am so angry, they lied to me!", "anger"),
        ("This makes me want to cry, I miss him.", "sadness"),
        ("That is disgusting.", "disgust"),
        ("I am scared to open it again.", "fear"),
        ("Wow, I did not expect that!", "surprise"),
    ],
)
def test_plain_sentences_show_their_emotion(text, emotion):
    assert analyse(text).emotion == emotion


@pytest.mark.parametrize(
    "text", ["", "   \n", "12345 !!!", "\x00\x01\x02", "@anna https://shop.example", ":-)", "\ud800", "\ufffd\ufffd"]
)
def test_without_text_there_is_no_label(text):
    analysis = analyse(text)
    assert analysis.state == State.NO_TEXT
    assert (analysis.sentiment, analysis.score, analysis.confidence, analysis.emotion) == (None, None, None, None)
    assert (analysis.scores, analysis.emotions) == ({}, [])


def test_other_languages_are_named_and_not_guessed():
    analysis = analyse("Das Gerät war nach zwei Tagen kaputt, nie wieder.")
    assert (analysis.state, analysis.language, analysis.sentiment) == (State.UNSUPPORTED_LANGUAGE, "de", None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("この商品はとても良いです。毎日使っています。", "ja"),
        ("最悪。すぐ壊れた", "ja"),
        ("この商品" * 25_000, "ja"),
        ("yeh phone bahut accha hai", "hi"),
        ("bahut bekar product hai, paisa barbad ho gaya", "hi"),
        ("“" * 500 + "Das Gerät war leider schon nach zwei Tagen kaputt" + "”" * 500, "de"),
    ],
)
def test_what_it_cannot_read_gets_no_label(text, language):
    analysis = analyse(text)
    assert (analysis.state, analysis.language) == (State.UNSUPPORTED_LANGUAGE, language)
    assert (analysis.sentiment, analysis.score, analysis.emotion) == (None, None, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [('"' * 500, '"' * 500), ("“" * 500, "”" * 500), ("> " * 500, ""), ("&quot;" * 500, ""), ("('" * 500, "')" * 500)],
)
def test_a_text_within_five_hundred_quotes_is_read(before, after):
    assert analyse(f"{before}Terrible, it broke at once{after}").sentiment in {"negative", "very_negative"}
    assert explain(f"{before}Terrible, it broke at once{after}")


def test_control_characters_change_nothing():
    plain = analyse("The phone is terrible")
    odd = analyse("The\x00 phone\x07 is\x1b terrible\x08")
    assert (odd.state, odd.language, odd.sentiment) == (plain.state, plain.language, plain.sentiment)


@pytest.mark.parametrize("text", ["a" * 100_000, "x" * 60, "dGhpcyBpcyBubyB0ZXh0" * 50, "\u200b" * 500, '"' * 100_000])
def test_letters_that_make_no_word_are_no_text(text):
    assert analyse(text).state == State.NO_TEXT


def test_emoji_with_words_help_to_read_them():
    assert analyse("it arrived 😡😡").score < analyse("it arrived").score < analyse("it arrived 😍😍").score


def test_emoji_alone_get_a_label_only_with_a_side():
    assert analyse("😍").sentiment in {"positive", "very_positive"}
    assert analyse("😢").sentiment in {"negative", "very_negative"}
    assert analyse("🚗").state == State.NO_TEXT


def test_answers_have_the_length_and_order_of_the_texts():
    texts = ["I love it", "", "I hate it", "Das ist leider sehr schlecht", "I love it"]
    analyses = get_engine().analyse(texts)
    states = [State.ANALYSED, State.NO_TEXT, State.ANALYSED, State.UNSUPPORTED_LANGUAGE, State.ANALYSED]
    assert [analysis.state for analysis in analyses] == states
    assert (analyses[0].score or 0) > 0 > (analyses[2].score or 0)
    assert analyses[0] == analyses[4]
    assert get_engine().analyse([]) == []


def test_a_text_gets_the_same_answer_alone_and_among_others():
    texts = ["Great value", "It stopped working after a week and support never answered. " * 12, "Fine, I guess."]
    assert get_engine().analyse(texts) == [analyse(text) for text in texts]


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.characters(), max_size=300) | st.text(st.sampled_from("ab good not😍\ud800\x00&#;@:/\n"), max_size=60)
)
def test_no_string_stops_it(text):
    analysis = analyse(text)
    assert analysis.engine == "local-1"
    assert (analysis.state == State.ANALYSED) == (analysis.sentiment is not None)
    if analysis.sentiment is not None:
        check_consistent(analysis)


def check_consistent(analysis):
    assert analysis.sentiment in Sentiment.values
    assert sum(analysis.scores.values()) == pytest.approx(1)
    assert max(analysis.scores.values()) == analysis.scores[analysis.sentiment]
    positive = analysis.scores["very_positive"] + analysis.scores["positive"]
    negative = analysis.scores["very_negative"] + analysis.scores["negative"]
    assert analysis.score == pytest.approx(positive - negative, abs=1e-4)
    assert analysis.confidence == pytest.approx(max(positive, negative, analysis.scores["neutral"]), abs=1e-4)
    assert {name for name, _ in analysis.emotions} <= set(Emotion.values)
    assert [p for _, p in analysis.emotions] == sorted((p for _, p in analysis.emotions), reverse=True)
    assert (analysis.emotion is None) == (not analysis.emotions)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "good " * 20_000, "👍" * 25_000, "<" * 100_000, "&" * 100_000, "@a" * 50_000]
)
def test_of_a_hundred_kilobytes_of_anything_only_the_beginning_is_worked_on(monkeypatch, text):
    worked_on: list[int] = []

    def remember(part):
        worked_on.append(len(part))
        return masked(part)

    monkeypatch.setattr(language, "masked", remember)
    assert analyse(text).state in State.values
    assert worked_on == [language.LONGEST_RAW_TEXT]


def test_what_comes_after_the_beginning_changes_nothing():
    praise = "I love this and would buy it again. " * 300
    assert analyse(praise + "It is terrible. " * 5_000) == analyse(praise)


def test_no_more_than_256_tokens_are_read():
    weights = LocalEngine().weights
    assert len(weights.tokens(clean("word " * 1_000))) == 256


def test_threads_may_share_the_engine():
    texts = [f"The {thing} is wonderful" for thing in ("phone", "game", "food", "hotel")]
    expected = get_engine().analyse(texts)
    found = {}
    threads = [
        threading.Thread(target=lambda i=index: found.update({i: get_engine().analyse(texts)})) for index in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [expected] * 4


def test_threads_that_ask_at_once_load_the_engine_once(monkeypatch):
    loaded: list[str] = []

    def load(name):
        loaded.append(name)
        return object()

    monkeypatch.setattr(engine_module, "_engines", {})
    monkeypatch.setattr(engine_module, "_load", load)
    threads = [threading.Thread(target=get_engine) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded == ["local"]


def test_an_unknown_engine_is_refused():
    with pytest.raises(AnalysisError) as refusal:
        get_engine("crystal-ball")
    assert (refusal.value.code, refusal.value.can_retry) == ("unknown_engine", False)


def test_a_missing_model_file_is_named(tmp_path):
    shutil.copy(MODEL_FOLDER / "config.json", tmp_path)
    with pytest.raises(AnalysisError, match=r"model_int8\.onnx, tokenizer\.json"):
        LocalEngine(tmp_path)
