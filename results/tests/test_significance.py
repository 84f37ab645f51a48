import pytest

from results.significance import numbers_differ, shares_differ, wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662), (0, 0, 0, 1)],
)
def test_ranges_are_those_of_the_textbook(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe 1998 has 81 of 263; the others follow from the formula."""
    assert list(wilson(part, whole)) == pytest.approx([low, high], abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [((10, 50), (35, 50), True), ((20, 50), (25, 50), False), ((0, 19), (19, 19), False), ((0, 20), (20, 20), True)],
)
def test_shares_differ_where_their_ranges_are_apart(one: tuple[int, int], other: tuple[int, int], differ: bool) -> None:
    assert shares_differ(*one, *other) is shares_differ(*other, *one) is differ


@pytest.mark.parametrize(
    ("one", "other", "differ"), [(19, 0, False), (20, 0, True), (25, 34, False), (25, 41, True), (1000, 1080, False)]
)
def test_numbers_differ_where_chance_would_not_do(one: int, other: int, differ: bool) -> None:
    assert numbers_differ(one, other) is numbers_differ(other, one) is differ
