import pytest

from results.analysis.cleaning import clean, has_emoji, has_letters, masked, words_of


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("Love it &amp; keep it", "Love it & keep it"),
        ("@anna look at https://shop.example/x?y=1 now", "@user look at http now"),
        ("see www.shop.example", "see http"),
        ("  two\n\nlines\t here ", "two lines here"),
        ("so good😍👍", "so good smiling face with heart-eyes thumbs up"),
        ("👍🏽", "thumbs up medium skin tone"),
        ("café – naïve", "café – naïve"),
        ("half \ud83d an emoji", "half an emoji"),
        ("", ""),
    ],
)
def test_text_is_cleaned_as_in_training(raw, cleaned):
    assert clean(raw) == cleaned


def test_what_people_did_not_write_is_left_out():
    assert words_of(masked("@anna https://shop.example")).split() == []
    assert words_of(masked("thanks @anna, great")).split() == ["thanks", ",", "great"]


def test_letters_without_end_are_no_words():
    assert words_of("a" * 100_000 + " Great! " + "QmFzZTY0" * 20).split() == ["Great!"]
    assert words_of("ありがとう" * 20) == "ありがとう" * 20


@pytest.mark.parametrize("mark", ['"', "“", "> ", "(", "'\"", "!"])
def test_heaps_of_marks_are_cut_short(mark):
    assert len(clean(mark * 500 + "good" + mark * 500)) <= len("good") + 2 * 4
    assert "good" in clean(mark * 500 + "good" + mark * 500)


def test_a_few_marks_stay():
    assert clean('Really?!?!?!?! (yes...) -------- "sure" :-)') == 'Really?!?!?!?! (yes...) -------- "sure" :-)'


def test_digits_and_marks_are_no_letters():
    assert not has_letters("10/10 !!! \x00 :-)")
    assert has_letters("ok")
    assert has_letters("好")


def test_emoji_are_seen():
    assert has_emoji("!! 😡")
    assert not has_emoji("!! :)")
