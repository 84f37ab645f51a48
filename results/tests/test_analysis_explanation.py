import pytest

from results.analysis.cleaning import clean
from results.analysis.engine import explain, get_engine
from results.analysis.explanation import clauses, word_tokens
from results.analysis.local import LocalEngine


def push_of(word: str, text: str) -> float:
    return dict(explain(text))[word]


def test_the_words_come_back_in_order():
    text = "The food was  terrible\nbut the staff &amp; the view were lovely 😍"
    assert [word for word, _ in explain(text)] == text.split()


def test_terrible_pushes_down_and_lovely_up():
    text = "The food was terrible but the staff were lovely"
    assert push_of("terrible", text) < -0.1
    assert push_of("lovely", text) > 0.1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("This phone is terrible in every way", "terrible"),
        ("We had a wonderful evening at this place", "wonderful"),
        ("The delivery on Monday was awful", "awful"),
    ],
)
def test_the_word_that_matters_pushes_most(text, word):
    assert max(explain(text), key=lambda pair: abs(pair[1]))[0] == word


def test_a_push_is_how_far_the_score_falls_without_the_word():
    whole, without = get_engine().analyse(["The soup was terrible", "The soup was"])
    assert push_of("terrible", "The soup was terrible") == pytest.approx(
        (whole.score or 0) - (without.score or 0), abs=2e-4
    )


def test_long_texts_come_in_clauses():
    text = "The room was lovely, with a view of the sea. " * 6 + "But the breakfast was terrible, cold and late."
    parts = explain(text)
    assert " ".join(part for part, _ in parts) == " ".join(text.split())
    assert min(len(part.split()) for part, _ in parts) >= 2
    assert max(len(part.split()) for part, _ in parts) <= 12
    assert min(parts, key=lambda pair: pair[1])[0].startswith("But the breakfast")


def test_what_is_not_read_pushes_nothing():
    parts = explain("The staff were lovely. " * 100)
    assert parts[-1][1] == 0.0
    assert len(parts[-1][0].split()) == 400 - sum(len(part.split()) for part, _ in parts[:-1])


@pytest.mark.parametrize("text", ["", "12345", "Das war leider sehr schlecht"])
def test_a_text_that_is_not_analysed_has_no_explanation(text):
    assert explain(text) == []


def test_one_word_alone_can_be_explained():
    assert explain("Terrible")[0][1] < -0.3


def test_the_tokens_of_a_text_are_those_of_its_words_in_a_row():
    weights = LocalEngine().weights
    text = "Isn't it (really) good?! 😍👍 @anna see https://shop.example &amp; naïve"
    in_a_row = [token for word in text.split() for token in word_tokens(weights, word)]
    assert weights.tokens(clean(text))[1:-1] == in_a_row


def test_clauses_end_at_marks_and_are_neither_short_nor_long():
    words = "Well, yes, it works fine. And then " + "on " * 30
    lengths = [part.stop - part.start for part in clauses(words.split())]
    assert lengths == [5, 12, 12, 8]
