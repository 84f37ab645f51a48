"""Whether two counts differ by more than chance alone would make them differ."""

from math import sqrt

Z = 1.96  # of a range that holds the true share 95 times of 100
LEAST = 20  # with fewer reviews nothing is claimed


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % range (Wilson's) of the share behind ``part`` of ``whole``, 0 … 1; all of that if there is nothing."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, Z * Z / whole
    middle = (share + square / 2) / (1 + square)
    reach = Z * sqrt(share * (1 - share) / whole + square / whole / 4) / (1 + square)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def shares_differ(part: int, whole: int, other_part: int, other_whole: int) -> bool:
    """Whether the ranges are apart, which is stricter than a test at 5 %; never said of few reviews."""
    if min(whole, other_whole) < LEAST:
        return False
    (low, high), (other_low, other_high) = wilson(part, whole), wilson(other_part, other_whole)
    return low > other_high or high < other_low


def numbers_differ(number: int, other: int) -> bool:
    """The same of how many reviews came in two periods of one length."""
    return max(number, other) >= LEAST and abs(number - other) > Z * sqrt(number + other)
