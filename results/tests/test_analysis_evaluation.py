import json

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.engine import Analysis
from results.analysis.evaluation import FIVE, Evaluation, Report, Side
from results.analysis.labelled import LabelledFileError, Scale, read_labelled_texts

NEGATIVE, NEUTRAL, POSITIVE = Side.NEGATIVE, Side.NEUTRAL, Side.POSITIVE


def said(*sentiments: str | None) -> list[Analysis]:
    return [Analysis("test-1", "analysed" if label else "no_text", sentiment=label) for label in sentiments]


def read(tmp_path, content: str | bytes, **options):
    path = tmp_path / "labelled.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_labelled_texts(path, **options)


TRUTH = ["negative", "negative", "neutral", "positive", "positive", "positive"]
FOUND = ["negative", "neutral", "neutral", "positive", "positive", "negative"]


def test_accuracy_and_f1_are_those_of_the_hand():
    evaluation = Evaluation.of(TRUTH, FOUND)
    assert evaluation.confusion == {
        (NEGATIVE, NEGATIVE): 1,
        (NEGATIVE, NEUTRAL): 1,
        (NEUTRAL, NEUTRAL): 1,
        (POSITIVE, POSITIVE): 2,
        (POSITIVE, NEGATIVE): 1,
    }
    assert evaluation.accuracy == pytest.approx(4 / 6, abs=1e-9)
    assert evaluation.f1(NEGATIVE) == pytest.approx(0.5, abs=1e-9)  # precision 1/2, recall 1/2
    assert evaluation.f1(NEUTRAL) == pytest.approx(2 / 3, abs=1e-9)  # precision 1/2, recall 1
    assert evaluation.f1(POSITIVE) == pytest.approx(0.8, abs=1e-9)  # precision 1, recall 2/3
    assert evaluation.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0.8) / 3, abs=1e-9)


def by_definition(truth: list[str], found: list[str]) -> tuple[float, float]:
    """Accuracy and macro-F1 as textbooks and scikit-learn define them: from precision and recall of each class seen."""
    scores = []
    for name in set(truth) | set(found):
        hits = sum(true == said == name for true, said in zip(truth, found, strict=True))
        precision = hits / found.count(name) if name in found else 0.0
        recall = hits / truth.count(name) if name in truth else 0.0
        scores.append(2 * precision * recall / (precision + recall) if hits else 0.0)
    right = sum(true == said for true, said in zip(truth, found, strict=True))
    return right / len(truth), sum(scores) / len(scores)


@given(st.lists(st.tuples(st.sampled_from(FIVE), st.sampled_from(FIVE)), min_size=1, max_size=60))
def test_figures_are_those_of_the_definitions(pairs):
    truth, found = map(list, zip(*pairs, strict=True))
    evaluation = Evaluation.of(truth, found)
    assert (evaluation.accuracy, evaluation.macro_f1) == pytest.approx(by_definition(truth, found), abs=1e-9)


def test_texts_without_an_answer_are_left_out():
    evaluation = Evaluation.of(["positive", "negative", "negative"], ["positive", None, "negative"])
    assert evaluation.confusion.total() == 2
    assert evaluation.accuracy == 1


def test_a_class_that_only_the_engine_used_counts_with_nothing():
    evaluation = Evaluation.of(["positive", "negative", "negative"], ["positive", "negative", "neutral"])
    assert evaluation.macro_f1 == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_nothing_answered_is_nothing_right():
    evaluation = Evaluation.of(["positive"], [None])
    assert (evaluation.accuracy, evaluation.macro_f1, evaluation.within_one(FIVE)) == (0, 0, 0)


def test_a_label_next_to_the_right_one_is_within_one():
    evaluation = Evaluation.of(["positive"] * 4, ["very_positive", "neutral", "negative", "positive"])
    assert evaluation.within_one(FIVE) == 0.75


def test_a_report_tells_states_sides_and_five():
    report = Report(
        ["Great", "", "Bad"],
        ["very_positive", "negative", "very_negative"],
        said("positive", None, "very_negative"),
    )
    assert report.states == {"analysed": 2, "no_text": 1}
    assert report.sides.accuracy == 1
    assert report.five is not None
    assert report.five.accuracy == 0.5


def test_labels_without_very_are_no_five():
    assert Report(["Great", "Bad"], ["positive", "negative"], said("positive", "negative")).five is None


def test_a_report_has_parts_by_length_language_and_confidence():
    analyses = [
        Analysis("test-1", "analysed", "en", "positive", confidence=0.95),
        Analysis("test-1", "analysed", "en", "positive", confidence=0.49),
        Analysis("test-1", "unsupported_language", "de"),
        Analysis("test-1", "no_text"),
    ]
    texts = ["word " * 9, "word " * 100, "Wort " * 29, "!!!"]
    parts = Report(texts, ["positive", "negative", "negative", "neutral"], analyses).parts
    assert {name: (part.rows, part.sides.accuracy) for name, part in parts["length"].items()} == {
        "under 10 words": (2, 1),
        "10 to 29 words": (1, 0),
        "100 words and more": (1, 0),
    }
    assert {name: (part.rows, part.sides.confusion.total()) for name, part in parts["language"].items()} == {
        "en": (2, 2),
        "de": (1, 0),
        "unknown": (1, 0),
    }
    assert {name: part.sides.accuracy for name, part in parts["confidence"].items()} == {
        "0.9 and more": 1,
        "under 0.5": 0,
    }


@pytest.mark.parametrize(
    ("scale", "written", "label"),
    [
        (Scale.WORDS, "Positive", "positive"),
        (Scale.WORDS, "very negative", "very_negative"),
        (Scale.WORDS, "very_positive", "very_positive"),
        (Scale.WORDS, " neu ", "neutral"),
        (Scale.BINARY, "0", "negative"),
        (Scale.BINARY, "1", "positive"),
        (Scale.STARS, "1", "very_negative"),
        (Scale.STARS, "2.5", "negative"),
        (Scale.STARS, "3", "neutral"),
        (Scale.STARS, "4.0", "positive"),
        (Scale.STARS, "4.5", "very_positive"),
        (Scale.RATING, "-1.5", "very_negative"),
        (Scale.RATING, "-0.5", "negative"),
        (Scale.RATING, "-0.49", "neutral"),
        (Scale.RATING, "0.5", "positive"),
    ],
)
def test_labels_are_read_on_their_scale(scale, written, label):
    assert scale.label(written) == label


@pytest.mark.parametrize(
    ("scale", "label"),
    [(Scale.WORDS, "purple"), (Scale.STARS, "6"), (Scale.RATING, "-4.1"), (Scale.BINARY, "2"), (Scale.RATING, "nan")],
)
def test_a_label_off_the_scale_is_refused(scale, label):
    with pytest.raises(ValueError, match=label):
        scale.label(label)


def test_a_headerless_tsv_of_id_rating_text_needs_no_options(tmp_path):
    labelled = read(tmp_path, "1_1\t-0.9\tno picture\n1_2\t2.5\tbut \"great' sound\n1_3\t0.1\tit is a player\n")
    assert labelled.texts == ["no picture", "but \"great' sound", "it is a player"]
    assert labelled.sides == [NEGATIVE, POSITIVE, NEUTRAL]
    assert (labelled.scale, labelled.label_column, labelled.text_column, labelled.skipped) == (
        Scale.RATING,
        "2",
        "3",
        0,
    )


def test_a_csv_with_header_and_quotes_is_read(tmp_path):
    labelled = read(tmp_path, 'id,stars,review\n7,5,"Great, really\ngreat"\n8,1,Bad\n9,3,So so\n')
    assert labelled.texts == ["Great, really\ngreat", "Bad", "So so"]
    assert labelled.sides == [POSITIVE, NEGATIVE, NEUTRAL]
    assert (labelled.scale, labelled.label_column, labelled.text_column) == (Scale.STARS, "stars", "review")


def test_words_and_semicolons_are_guessed(tmp_path):
    labelled = read(tmp_path, "\ufeffcomment;sentiment\nGood, cheap;positive\nBroken, late;negative\n")
    assert (labelled.texts, labelled.sides) == (["Good, cheap", "Broken, late"], [POSITIVE, NEGATIVE])


def test_rows_without_a_label_are_skipped_and_counted(tmp_path):
    rows = "".join(f"{number % 5 + 1}\ttext number {number}\n" for number in range(40))
    labelled = read(tmp_path, rows + "?\tno label\nbroken line\n")
    assert (len(labelled.texts), labelled.skipped) == (40, 2)


def test_columns_can_be_told_by_name_or_number(tmp_path):
    content = "a,b,text\n1,5,Bad\n5,1,Good\n"
    by_name = read(tmp_path, content, label_column="a", text_column="text")
    by_number = read(tmp_path, content, label_column="2", text_column="3")
    assert by_name.sides == [NEGATIVE, POSITIVE]
    assert by_number.sides == [POSITIVE, NEGATIVE]


def test_the_scale_can_be_told(tmp_path):
    labelled = read(tmp_path, "1\tall of these\n2\tare at least good\n", scale=Scale.RATING, label_column="1")
    assert labelled.sides == [POSITIVE, POSITIVE]


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("", {}, "empty"),
        ("1,5,Bad\n5,1,Good\n", {}, "Any of the columns 1, 2"),
        ("alpha,beta\nsome,words\n", {}, "No column holds labels"),
        ("positive\nnegative\n", {}, "one column only"),
        ("1,Bad\n5,Good\n", {"label_column": "7"}, "no column “7”. The columns are 1, 2"),
        ("1,Broken\n5,Works\n", {"label_column": "2"}, "no known scale"),
        ("1,Bad\n5,Good\n", {"delimiter": "::"}, "cannot be read as a table"),
    ],
)
def test_what_cannot_be_guessed_is_said(tmp_path, content, options, reason):
    with pytest.raises(LabelledFileError, match=reason):
        read(tmp_path, content, **options)


def test_the_command_prints_rows_states_and_figures(tmp_path, capsys):
    path = tmp_path / "reviews.tsv"
    path.write_text(
        "1\t3.0\tI love it, great quality\n2\t-3.0\tTerrible, it broke at once\n"
        "3\t-2.0\tDas ist sehr schlecht\n4\t0\t!!!\n"
    )
    call_command("evaluate", str(path))
    printed = capsys.readouterr().out
    assert "Rows: 4, skipped: 0" in printed
    assert "Analysed: 2" in printed
    assert "Language not supported: 1" in printed
    assert "No text: 1" in printed
    assert "Accuracy: 1.000" in printed
    assert "Macro-F1: 1.000" in printed
    assert "Five labels: accuracy 1.000, within one 1.000, macro-F1 1.000" in printed
    assert [line.split() for line in printed.splitlines() if line.startswith(("en ", "de "))] == [
        ["en", "2", "2", "1.000", "1.000"],
        ["de", "1", "0", "0.000", "0.000"],
    ]


def test_the_command_gives_all_digits_as_json(tmp_path, capsys):
    path = tmp_path / "reviews.csv"
    path.write_text("label,text\npositive,I love it\nnegative,Terrible quality\npositive,Terrible quality\n")
    call_command("evaluate", str(path), "--json")
    figures = json.loads(capsys.readouterr().out)
    assert (figures["rows"], figures["skipped"], figures["five"]) == (3, 0, None)
    assert figures["accuracy"] == pytest.approx(2 / 3, abs=1e-9)
    assert figures["macro_f1"] == pytest.approx(2 / 3, abs=1e-9)
    assert figures["confusion"]["positive"] == {"negative": 1, "neutral": 0, "positive": 1}
    assert figures["by"]["length"]["under 10 words"]["rows"] == 3


def test_the_command_says_why_a_file_cannot_be_read(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("evaluate", str(tmp_path / "missing.csv"))
