from datetime import UTC, datetime

import pytest

from scraping.sources import dates


@pytest.mark.parametrize(
    "text",
    [
        "Reviewed in the United States on March 5, 2024",
        "Reviewed in the United Kingdom on 5 March 2024",
        "Reviewed in India on 5 March 2024",
        "Rezension aus Deutschland vom 5. März 2024",
        "Commenté en France 🇫🇷 le 5 mars 2024",
        "Revisado en España el 5 de marzo de 2024",
        "Recensito in Italia il 5 marzo 2024",
        "Beoordeeld in Nederland op 5 maart 2024",
        "Avaliado no Brasil em 5 de março de 2024",
        "Zrecenzowano w Polsce 5 marca 2024",
        "Recenserad i Sverige den 5 mars 2024",
        "Türkiye'de 5 Mart 2024 tarihinde değerlendirildi",
        "2024年3月5日に日本でレビュー済み",
        "تمت المراجعة في مصر في ٥ مارس ٢٠٢٤",
        "Mar 5, 2024",
        "2024-03-05",
    ],
)
def test_a_day_is_read_in_the_languages_of_the_sites(text):
    assert dates.day(text) == datetime(2024, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["le 1er août 2023", "1 Ağustos 2023", "1 sierpnia 2023", "1 augusti 2023", "AUGUST 1, 2023"]
)
def test_months_are_known_in_every_form(text):
    assert dates.day(text) == datetime(2023, 8, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "3/4/2024", "03.04.2024", "yesterday", "March 2024", "31 February 2024", "5 Foo 2024", "12345-01-01"]
)
def test_what_is_not_sure_is_no_day(text):
    assert dates.day(text) is None


def test_a_moment_is_in_utc_whatever_its_zone():
    at = datetime(2024, 3, 5, 10, 0, tzinfo=UTC)
    assert dates.moment("2024-03-05T11:00:00+01:00") == dates.moment("2024-03-05T10:00:00.000Z") == at
    assert dates.moment("2024-03-05T10:00:00") == at
    assert [dates.moment(text) for text in ("soon", None, "0001-01-01T00:00:00+14:00")] == [None] * 3
