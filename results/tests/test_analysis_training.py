"""The parts of the training script that need none of its libraries."""

import hashlib
import json

import numpy as np
import pytest
from tokenizers import Tokenizer

from results.analysis.local import MODEL_FOLDER
from results.analysis.train.beside_vader import vader_label
from results.analysis.train.evaluate import best_threshold, f1, macro_f1, tellable
from results.analysis.train.left_out import SOURCES, leave_out
from results.analysis.train.prepare import (
    CORPORA,
    NEGATIVE,
    POSITIVE,
    fingerprint,
    is_held_out,
    read_corpus,
    side_of,
    soft_sentiment,
    window_examples,
)
from results.analysis.train.vocabulary import kept_pieces, pruned_tokenizer

EMOTIONS = ["anger", "joy", "surprise", "neutral"]


@pytest.fixture
def folder(tmp_path):
    """Forty reviews of three sentences in each corpus of ratings, comments with emotions, one text to leave out."""
    (tmp_path / "vader").mkdir()
    for corpus in CORPORA:
        rows = [f"{review}_{n}\t{n - 2}.5\t{corpus} {review} part {n}" for review in range(40) for n in range(3)]
        (tmp_path / "vader" / f"{corpus}_GroundTruth.txt").write_text("\n".join(rows))
    (tmp_path / "goemotions").mkdir()
    (tmp_path / "goemotions" / "labels.txt").write_text("\n".join(EMOTIONS))
    (tmp_path / "goemotions" / "train.tsv").write_text("So happy!\t1\ta\nWow, great\t1,2\tb\nIn a test set.\t0\tc\n")
    (tmp_path / "goemotions" / "dev.tsv").write_text("In a test set.\t0\td\n")
    (tmp_path / "exclude.sha1").write_text(hashlib.sha1(b"inatestset").hexdigest())
    return tmp_path


def test_no_review_is_both_learned_from_and_measured_on(folder):
    corpus = read_corpus(folder)
    # Texts read "corpus review part n"; a window holds several of the same review.
    learned = {tuple(example.text.split()[:2]) for example in corpus.train if example.rating is not None}
    measured = {tuple(example.text.split()[:2]) for example in corpus.held_out if example.rating is not None}
    assert len(learned) + len(measured) == 40 * len(CORPORA)
    assert measured
    assert not learned & measured


def test_the_split_is_the_same_each_time(folder):
    assert read_corpus(folder) == read_corpus(folder)
    assert [review for review in range(200) if is_held_out(f"tweets{review}")] == [50, 113, 128]


def test_texts_of_test_sets_are_not_learned(folder):
    corpus = read_corpus(folder)
    assert "In a test set." not in {example.text for example in corpus.train}
    assert "In a test set." in {example.text for example in corpus.held_out}
    assert fingerprint("In a TEST-set!") == hashlib.sha1(b"inatestset").hexdigest()


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_of_a_source_left_out_is_learned_and_nothing_else_is_measured(folder, source):
    whole, without = read_corpus(folder), leave_out(read_corpus(folder), source)
    measured = {example.source for example in without.held_out}
    assert source in measured
    assert measured <= {source, f"{source}_window"}
    assert not measured & {example.source for example in without.train}
    assert {example.source for example in without.train} | measured == {example.source for example in whole.train}


@pytest.mark.parametrize(
    ("compound", "label"),
    [
        (-0.5, "very_negative"),
        (-0.05, "negative"),
        (-0.04, "neutral"),
        (0.0, "neutral"),
        (0.05, "positive"),
        (0.49, "positive"),
        (0.5, "very_positive"),
    ],
)
def test_vader_speaks_in_five_labels(compound, label):
    assert vader_label(compound) == label


def test_windows_are_neighbouring_sentences_with_their_mean_rating():
    sentences = [(f"s{number}", float(number)) for number in range(10)]
    examples = list(window_examples({"1": sentences}, "amazonReviewSnippets"))
    assert len(examples) == 6
    for example in examples:
        numbers = [int(word[1:]) for word in example.text.split()]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        assert 2 <= len(numbers) <= 7
        assert example.rating == pytest.approx(np.mean(numbers))


@pytest.mark.parametrize(("rating", "side"), [(-3.0, 0), (0.0, 1), (3.0, 2)])
def test_soft_labels_are_a_distribution_around_the_rating(rating, side):
    label = soft_sentiment(rating, border=0.5)
    assert sum(label) == pytest.approx(1)
    assert label.index(max(label)) == side
    assert soft_sentiment(0.5, border=0.5)[2] == 0.5


@pytest.mark.parametrize(
    ("emotions", "side"),
    [(["anger", "sadness"], NEGATIVE), (["joy", "surprise"], POSITIVE), (["joy", "anger"], None), (["surprise"], None)],
)
def test_comments_have_a_side_when_their_emotions_agree(emotions, side):
    label = side_of(emotions)
    assert (label and label.index(max(label))) == side


def test_a_pruned_vocabulary_keeps_characters_and_what_occurs_most():
    vocabulary = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103, "a": 1037, "##a": 1038}
    vocabulary |= {"often": 3000, "seldom": 3001, "never": 3002, "frequent": 1996}
    texts = [[101, 3000, 3000, 3001, 102]]
    always = [0, 100, 101, 102, 103, 1037, 1038]
    assert kept_pieces(vocabulary, texts, size=8) == [*always, 3000]
    assert kept_pieces(vocabulary, texts, size=9) == [*always, 3000, 3001]
    assert kept_pieces(vocabulary, texts, size=10) == [*always[:5], 1037, 1038, 1996, 3000, 3001]


def test_a_pruned_tokenizer_spells_the_words_it_lost():
    described = json.loads((MODEL_FOLDER / "tokenizer.json").read_text())
    numbers = described["model"]["vocab"]
    kept = sorted({number for piece, number in numbers.items() if len(piece) == 1 or piece[:2] == "##" or number < 5})
    pruned = Tokenizer.from_str(json.dumps(pruned_tokenizer(described, kept)))
    encoding = pruned.encode("good")
    assert encoding.tokens == ["[CLS]", "g", "##ood", "[SEP]"]
    assert encoding.ids == [kept.index(numbers[piece]) for piece in encoding.tokens]


def test_an_emotion_is_worth_showing_if_its_threshold_holds_on_other_rows():
    named = np.tile([[True] * 3, [True] * 3, [False] * 3, [False] * 3], (2, 1))
    told, erratic = [0.9, 0.8, 0.2, 0.1] * 2, [0.9, 0.1, 0.2, 0.5] * 2
    probabilities = np.array([told, erratic, told]).T
    assert tellable(["joy", "relief", "neutral"], probabilities, named) == ["joy"]


def test_the_best_threshold_is_that_of_the_hand():
    probabilities = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    named = np.array([True, False, True, False, False])
    assert best_threshold(probabilities, named) == 0.7  # F1 .8; .67 at .9, .5 at .8, .67 at .6
    assert f1(probabilities >= 0.7, named) == pytest.approx(0.8)
    assert macro_f1(probabilities[:, None], named[:, None], [0.9]) == pytest.approx(2 / 3)
