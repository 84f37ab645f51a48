from collections.abc import Iterable
from datetime import timedelta
from random import Random

import pytest
from bson import ObjectId
from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.tests.factories import browser_of
from projects.tests.factories import make_project
from results import keywords as module
from results.filters import ResultFilter
from results.keywords import keywords, reading, rising, scoring, terms
from results.models import Result
from results.tests.factories import START, make_item, make_results, make_target

# Words that the scripted engine takes for labels are part of each text; they are kept out of the answers below.
LABELS = {"positive", "negative", "neutral"}


def texts_of(side: str, said: str, number: int) -> list[str]:
    return [f"{side} : {said}" for _ in range(number)]


def collected(texts: Iterable[str], **fields):
    project = make_project()
    target = make_target(project)
    make_results(target, *(make_item(n, text, **fields) for n, text in enumerate(texts)))
    return project


def found(answer, side):
    return {one["term"]: one for one in answer["keywords"][side] if one["term"] not in LABELS}


# Terms


def test_forms_of_a_word_are_one_and_words_that_say_nothing_none():
    assert terms.stems(["crash", "crashes", "crashed", "crashing"]) == {"crash"}
    assert terms.stems(["the", "don't", "don", "x", "2024", "_", "i" * 31, "'", "very"]) == set()
    assert terms.stems(["cafés", "naïve"]) == {"cafe", "naiv"}


def test_what_says_nothing_depends_on_the_language():
    said = terms.pieces("die batterie ist nicht gut und das kabel ist zu kurz")
    assert terms.telling(said, "de") == {"batteri", "kabel"}
    assert terms.telling(["die", "und"], "en") == terms.telling(["die", "und"], "") == {"die", "und"}
    assert terms.telling(terms.pieces("c'est l'histoire qu'il y a dans le jeu"), "fr") == {"l'histoir", "jeu"}
    assert terms.pairs(terms.pieces("leider zu kurz"), {"kurz"}, "de") == {("zu", "kurz")}
    assert terms.telling(["word"], "tlh") == {"word"}


def test_words_of_a_phrase_have_one_space_between_them():
    telling = {"save", "game", "load"}
    assert terms.pairs(terms.pieces("save game"), telling) == {("save", "game")}
    for text in ("save  game", "save, game", "save-game", "save\ngame", "save the game"):
        assert terms.pairs(terms.pieces(text), telling) == set()
    assert terms.pairs(terms.pieces("it does not load"), telling) == {("not", "load")}


def test_any_text_is_taken_apart_in_one_go():
    for text in ("'" * 100_000, "a" * 100_000, " " * 100_000, "9_" * 50_000, "\ud800\x00", "日本語のレビュー"):
        assert len(terms.stems(terms.pieces(text))) <= 1


# Scores


def test_chance_alone_sets_nothing_apart_and_lets_nothing_rise():
    """A thousand words over reviews that are dealt out at random: as good as none may look like news."""
    random = Random(7)
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(600)]
    reviews = [_review(random.sample(words, 12), random.choice(["positive", "negative"])) for _ in range(800)]
    first, second = reviews[:400], reviews[400:]
    risen = scoring.risen(_window(first), _window(second), 50)
    assert len(risen) <= 1
    told = scoring.apart(first, second, 50)
    assert all(one.count >= scoring.FEWEST for one in told)


def test_what_is_rare_does_not_rise_and_what_comes_up_does():
    before = [_review(["boiler"], "neutral") for _ in range(100)]
    now = [_review(["boiler"], "neutral") for _ in range(25)]
    crashing = [_review(["boiler", "crash"], "negative") for _ in range(5)]
    (risen,) = scoring.risen(_window(now + crashing), _window(before), 10)
    assert (risen.term.words, risen.count, risen.others) == ("crash", 5, 0)
    assert scoring.risen(_window(now + crashing[:4]), _window(before), 10) == []
    assert scoring.risen(_window(now + crashing), _window([]), 10) == []
    assert scoring.times(5, 30, 0, 100) == pytest.approx((5.5 / 31) / (0.5 / 101))


def _review(words: list[str], side: str) -> reading.Review:
    found = terms.stems(words)
    return reading.Review(ObjectId(), side, 0.5, ", ".join(words), "en", found, found, {})


def _window(reviews: list[reading.Review]) -> reading.Window:
    return reading.Window(reviews)


# Of a project


@pytest.mark.django_db
def test_each_side_has_the_terms_that_set_it_apart_and_a_search_finds_as_many():
    praise = [*texts_of("positive", "Music is lovely in this game.", 8), *texts_of("positive", "Music and a game.", 4)]
    blame = [
        *texts_of("negative", "The game, it crashes; loading times are long.", 6),
        *texts_of("negative", "The game: it crashed. Loading times!", 5),
        "negative : A crash in this game",
    ]
    project = collected([*praise, *blame, "neutral game", "unsupported_language Musik"])
    answer = keywords(project, ResultFilter())
    assert (answer["read"], answer["total"], answer["since"]) == (25, 25, None)
    assert answer["sides"] == {"positive": 12, "neutral": 1, "negative": 12}
    music, crash = found(answer, "positive")["music"], found(answer, "negative")["crashes"]
    assert (music["count"], music["share"], music["others"], music["avg_score"]) == (12, 1.0, 0, 0.5)
    assert (crash["count"], crash["search"], crash["avg_score"]) == (12, "crashes", -0.5)
    assert found(answer, "negative")["loading times"]["search"] == '"loading times"'
    assert {"loading", "times"}.isdisjoint(found(answer, "negative"))
    assert "game" not in {**found(answer, "positive"), **found(answer, "negative")}
    assert answer["keywords"]["neutral"] == []
    for side, of_side in answer["keywords"].items():
        for one in of_side:
            searched = ResultFilter(search=one["search"])
            on_side = ResultFilter(search=one["search"], sentiment=(side,))
            assert searched.queryset(project).count() == one["count"] + one["others"], one
            assert on_side.queryset(project).count() == one["count"], one


@pytest.mark.django_db
def test_reviews_are_read_in_their_own_language_and_counted_as_a_search_finds_them():
    german = [
        *texts_of("negative", "Der Akku ist schwach und die Gegner sind zu stark", 12),
        *texts_of("positive", "Der Klang ist klar und die Farbe warm", 6),
    ]
    project = collected([*german, *texts_of("negative", "We die all day long", 4), *texts_of("positive", "Warm", 4)])
    Result.objects.filter(project=project, text__icontains="akku").update(language="de")
    klang = Result.objects.filter(project=project, text__icontains="klang")
    klang.update(language="")  # which is to say the language of most
    Result.objects.filter(project=project, text__icontains="warm").exclude(language="").update(language="en")
    answer = keywords(project, ResultFilter())
    praise, blame = found(answer, "positive"), found(answer, "negative")
    assert {"akku", "gegner", "zu stark"} <= blame.keys()
    assert {"klang", "farbe warm"} <= praise.keys()
    assert {"und", "der", "ist"}.isdisjoint({**praise, **blame})
    for one in (*praise.values(), *blame.values()):
        assert ResultFilter(search=one["search"]).queryset(project).count() == one["count"] + one["others"], one


@pytest.mark.django_db
def test_reads_the_newest_and_says_so(monkeypatch):
    project = make_project()
    texts = [*texts_of("negative", "stale bread", 5), *texts_of("positive", "fresh rolls", 5)] * 2
    items = [make_item(n, text, published_at=START + timedelta(hours=n)) for n, text in enumerate(texts)]
    make_results(make_target(project), *items)
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 10 * max(map(len, texts)))
    answer = keywords(project, ResultFilter())
    assert (answer["read"], answer["total"]) == (10, 20)
    assert answer["since"] == "2026-03-02T22:30:00.000Z"
    assert reading.read(project, ResultFilter(search="stale"), most=3).read == 3
    assert keywords(project, ResultFilter(search="nothing"))["keywords"] == {side: [] for side in answer["sides"]}


@pytest.mark.django_db
def test_an_answer_is_remembered_until_the_figures_change_and_made_anew_without_a_cache(monkeypatch):
    project = collected(texts_of("positive", "warm", 4))
    made: list[int] = []

    def make(project, asked, most):
        made.append(reading.read(project, asked).read)
        return {"read": made[-1]}

    monkeypatch.setattr(module.answers, "_keywords", make)
    for _ in range(2):
        keywords(project, ResultFilter())
    make_results(make_target(project, "imdb"), make_item(99, "negative cold"))
    keywords(project, ResultFilter())
    assert made == [4, 5]

    def away(*args):
        raise RedisConnectionError

    monkeypatch.setattr(cache, "get", away)
    keywords(project, ResultFilter())
    assert made == [4, 5, 5]


@pytest.mark.django_db
def test_rising_terms_compare_with_as_many_days_before(monkeypatch):
    project = make_project()
    quiet = [make_item(n, "neutral : boiler", published_at=START + timedelta(days=n % 7)) for n in range(60)]
    loud = [
        make_item(100 + n, "negative : boiler, leaks", published_at=START + timedelta(days=7 + n % 7)) for n in range(9)
    ]
    calm = [make_item(200 + n, "neutral : boiler", published_at=START + timedelta(days=7 + n % 7)) for n in range(20)]
    make_results(make_target(project), *quiet, *loud, *calm)
    week = ResultFilter(date_from=(START + timedelta(days=7)).date(), date_to=(START + timedelta(days=13)).date())
    answer = rising(project, week)
    assert (answer["date_from"], answer["date_to"]) == ("2026-03-09", "2026-03-15")
    assert (answer["before_from"], answer["before_to"]) == ("2026-03-02", "2026-03-08")
    assert (answer["read"], answer["read_before"]) == (29, 60)
    risen = {one["term"]: one for one in answer["terms"]}
    assert risen["leaks"] == {
        "term": "leaks", "search": "leaks", "count": 9, "before": 0, "times": 38.63, "avg_score": -0.5
    }  # fmt: skip
    assert "boiler" not in risen
    assert Result.objects.filter(project=project).count() == 89
    assert (answer["since"], answer["since_before"]) == (None, None)
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 40 * len("neutral : boiler"))
    cache.clear()
    page = browser_of(project.owner).get(reverse("results:keywords", args=[project.pk]) + f"?{week.query}")
    cut = page.context["rising"]
    assert (cut["read"], cut["since"], cut["read_before"]) == (29, None, 40)
    assert "29 beside 40" in page.content.decode()
    term, _, before = page.context["risen"][0]
    assert (term["term"], cut["since_before"][:10] in before) == ("leaks", True)


@pytest.mark.django_db
def test_what_takes_too_long_to_find_is_broken_off_and_not_called_nothing(monkeypatch):
    project = collected(texts_of("positive", "warm", 3))
    slow = {"$sum": {"$map": {"input": {"$range": [0, 500_000]}, "in": {"$rand": {}}}}}
    monkeypatch.setattr(reading, "LONGEST_READ", 1)
    monkeypatch.setattr(reading, "condition", lambda queryset: {"$expr": {"$gt": [slow, 0]}})
    answer = keywords(project, ResultFilter())
    assert (answer["read"], answer["total"], answer["since"]) == (0, None, None)
    page = browser_of(project.owner).get(reverse("results:keywords", args=[project.pk]))
    assert "Narrow its days" in page.content.decode()
