import pytest
from django.core.exceptions import ValidationError

from projects.options import COUNTRY_NAMES, UNDERSTOOD, for_each, understood
from projects.platforms import AMAZON_COUNTRIES, detect


def test_every_country_of_amazon_can_be_chosen():
    assert set(COUNTRY_NAMES) == set(AMAZON_COUNTRIES.values())


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("amazon", {"country": "jp", "filter": "verified"}),
        ("trustpilot", {"language": "da", "filter": "1_star"}),
        ("imdb", {"filter": "no_spoilers"}),
        ("google", {"language": "pt-BR"}),
        ("steam", {"language": ""}),
    ],
)
def test_what_a_platform_understands_is_kept(platform, said):
    assert understood(platform, said) == said


@pytest.mark.parametrize(
    ("platform", "name", "value"),
    [
        ("amazon", "country", "fi"),
        ("amazon", "language", "de"),
        ("trustpilot", "language", "zh-CN"),
        ("imdb", "filter", "verified"),
        ("yelp", "filter", "1_star"),
        ("youtube", "language", "de"),
    ],
)
def test_what_it_does_not_is_refused_by_name(platform, name, value):
    with pytest.raises(ValidationError) as caught:
        understood(platform, {name: value})
    assert list(caught.value.message_dict) == [name]


def test_each_of_several_takes_what_it_understands():
    found = [detect("https://www.amazon.de/dp/B000000000"), detect("https://www.imdb.com/title/tt0133093/")]
    assert [one.options for one in for_each(found, {"country": "fr"})] == [{"country": "fr"}, {}]
    with pytest.raises(ValidationError):
        for_each(found, {"language": "de"})


def test_no_option_is_offered_twice():
    for settings in UNDERSTOOD.values():
        assert len({one.name for one in settings}) == len(settings)
