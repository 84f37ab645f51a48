import pytest

from results.analysis.cleaning import clean, has_emoji, has_letters, masked, without_masks


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
    assert without_masks(masked("@anna https://shop.example")).split() == []
    assert without_masks(masked("thanks @anna, great")).split() == ["thanks", ",", "great"]


def test_digits_and_marks_are_no_letters():
    assert not has_letters("10/10 !!! \x00 :-)")
    assert has_letters("ok")
    assert has_letters("好")


def test_emoji_are_seen():
    assert has_emoji("!! 😡")
    assert not has_emoji("!! :)")
