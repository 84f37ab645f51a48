import pytest
from django.core.management import CommandError, call_command

from results.analysis.engine import Analysis
from results.analysis.evaluation import Evaluation, Side
from results.analysis.labelled import LabelledFileError, Scale, read_labelled_texts

NEGATIVE, NEUTRAL, POSITIVE = Side.NEGATIVE, Side.NEUTRAL, Side.POSITIVE


def said(*sentiments: str | None) -> list[Analysis]:
    return [Analysis("test-1", "analysed" if label else "no_text", sentiment=label) for label in sentiments]


def read(tmp_path, content: str | bytes, **options):
    path = tmp_path / "labelled.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_labelled_texts(path, **options)


def test_accuracy_and_f1_are_those_of_the_hand():
    truth = [NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE, POSITIVE]
    found = said("very_negative", "neutral", "neutral", "positive", "very_positive", "negative")
    evaluation = Evaluation.of(truth, found)
    assert evaluation.confusion == {
        (NEGATIVE, NEGATIVE): 1,
        (NEGATIVE, NEUTRAL): 1,
        (NEUTRAL, NEUTRAL): 1,
        (POSITIVE, POSITIVE): 2,
        (POSITIVE, NEGATIVE): 1,
    }
    assert evaluation.accuracy == pytest.approx(4 / 6)
    assert evaluation.f1(NEGATIVE) == pytest.approx(0.5)  # precision 1/2, recall 1/2
    assert evaluation.f1(NEUTRAL) == pytest.approx(2 / 3)  # precision 1/2, recall 1
    assert evaluation.f1(POSITIVE) == pytest.approx(0.8)  # precision 1, recall 2/3
    assert evaluation.macro_f1 == pytest.approx((0.5 + 2 / 3 + 0.8) / 3)


def test_texts_without_a_label_are_counted_and_left_out():
    evaluation = Evaluation.of([POSITIVE, NEGATIVE, NEGATIVE], said("positive", None, "negative"))
    assert evaluation.states == {"analysed": 2, "no_text": 1}
    assert evaluation.accuracy == 1


def test_a_class_that_people_did_not_use_is_left_out_of_the_mean():
    evaluation = Evaluation.of([POSITIVE, NEGATIVE, NEGATIVE], said("positive", "negative", "neutral"))
    assert evaluation.macro_f1 == pytest.approx((1 + 2 / 3) / 2)


def test_nothing_analysed_is_nothing_right():
    evaluation = Evaluation.of([POSITIVE], said(None))
    assert (evaluation.accuracy, evaluation.macro_f1) == (0, 0)


@pytest.mark.parametrize(
    ("scale", "label", "side"),
    [
        (Scale.WORDS, "Positive", POSITIVE),
        (Scale.WORDS, "very negative", NEGATIVE),
        (Scale.WORDS, "very_positive", POSITIVE),
        (Scale.WORDS, " neu ", NEUTRAL),
        (Scale.BINARY, "0", NEGATIVE),
        (Scale.BINARY, "1", POSITIVE),
        (Scale.STARS, "1", NEGATIVE),
        (Scale.STARS, "2.5", NEGATIVE),
        (Scale.STARS, "3", NEUTRAL),
        (Scale.STARS, "4.0", POSITIVE),
        (Scale.RATING, "-0.5", NEGATIVE),
        (Scale.RATING, "-0.49", NEUTRAL),
        (Scale.RATING, "0.5", POSITIVE),
    ],
)
def test_labels_are_read_on_their_scale(scale, label, side):
    assert scale.side(label) == side


@pytest.mark.parametrize(
    ("scale", "label"),
    [(Scale.WORDS, "purple"), (Scale.STARS, "6"), (Scale.RATING, "-4.1"), (Scale.BINARY, "2"), (Scale.RATING, "nan")],
)
def test_a_label_off_the_scale_is_refused(scale, label):
    with pytest.raises(ValueError, match=label):
        scale.side(label)


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


def test_the_command_says_why_a_file_cannot_be_read(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("evaluate", str(tmp_path / "missing.csv"))
