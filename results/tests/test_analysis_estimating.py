"""The estimate against the bill of the stand-in, which counts with a tokenizer of its own."""

import json

import pytest

from integrations.llm import LlmError
from results.analysis import estimating
from results.analysis.estimating import tokens
from results.analysis.llm_prompt import Asked, sendable
from results.models import Result
from results.tests.factories import make_item, make_target, store
from results.tests.test_analysis_llm import PRICES, engine_of, project_with
from scraping.sample import REVIEWS

pytestmark = pytest.mark.django_db

SAMPLE = [json.loads(line) for line in REVIEWS.read_text(encoding="utf-8").splitlines()]
TEXTS = [one["text"] for one in SAMPLE]
SETS = {
    "as they come": TEXTS[:120],
    "one sentence each": [text.partition(". ")[0] for text in TEXTS[120:280]],
    "long": [" ".join(TEXTS[start : start + 6]) for start in range(0, 240, 6)],
}
ASKED = {
    "as they come": Asked(),
    "one sentence each": Asked(emotions=False),
    "long": Asked(is_fine=True, aspects=("story", "price", "sound"), summary=True, insights=True),
}


@pytest.mark.parametrize("name", SETS)
def test_the_estimate_is_close_to_the_bill(standins, name):
    project, texts, asked = project_with(), SETS[name], ASKED[name]
    estimate = estimating.of_texts(project, texts, asked)
    assert standins.requests == []
    engine_of(project, asked).analyse(texts)
    bill = standins.llms.dollars(*PRICES)
    assert estimate.dollars == pytest.approx(bill, rel=0.2)
    assert (estimate.model, estimate.calls) == ("openai/gpt-4o-mini", len(standins.llms.bill))
    assert estimate.sent + estimate.received == pytest.approx(sum(map(sum, standins.llms.bill)), rel=0.2)
    again = estimating.of_texts(project, texts, asked)
    assert (again.remembered, again.calls, again.dollars) == (sum(map(bool, map(sendable, texts))), 0, 0.0)


def test_reviews_of_a_filter_are_estimated_from_both_ends(monkeypatch):
    project = project_with()
    target = make_target(project)
    store(target, *(make_item(number, text) for number, text in enumerate(TEXTS[:100])))
    reviews = Result.objects.filter(project=project)
    whole = estimating.of_reviews(project, reviews, Asked())
    monkeypatch.setattr(estimating, "SAMPLE", 20)
    sampled = estimating.of_reviews(project, reviews, Asked())
    assert (whole.reviews, sampled.reviews) == (100, 100)
    assert sampled.dollars == pytest.approx(whole.dollars, rel=0.3)
    run = estimating.of_run(project, 1000, Asked())
    assert run.dollars == pytest.approx(10 * (whole.dollars or 0), rel=0.3)
    nothing = estimating.of_reviews(project, reviews.none(), Asked())
    assert (nothing.reviews, nothing.calls, nothing.dollars) == (0, 0, 0.0)


def test_a_run_without_any_review_yet_is_estimated_from_usual_ones():
    estimate = estimating.of_run(project_with(), 500, Asked())
    assert (estimate.reviews, estimate.calls, estimate.is_over_budget) == (500, 50, False)
    assert 0.01 < (estimate.dollars or 0) < 0.06
    assert estimating.of_run(project_with(llm_budget_usd=0.01), 500, Asked()).is_over_budget


def test_a_price_nobody_knows_is_unknown_and_not_nothing():
    project = project_with()
    project.config["llm"]["model"] = "gpt-of-tomorrow"
    estimate = estimating.of_texts(project, TEXTS[:3], Asked())
    assert (estimate.dollars, estimate.sent > 0, estimate.is_over_budget) == (None, True, False)


def test_without_a_provider_there_is_nothing_to_estimate():
    project = project_with()
    project.config["llm"]["provider"] = None
    with pytest.raises(LlmError, match="No LLM is chosen"):
        estimating.of_texts(project, TEXTS[:3], Asked())


@pytest.mark.parametrize(
    ("text", "counted"),  # by o200k_base
    [
        ("It crashes every time, and that's a shame.", 10),
        ("Das Spiel ist wirklich großartig, aber die Abstürze machen mich wahnsinnig.", 18),
        ("Игра действительно отличная, но постоянные вылеты сводят меня с ума.", 20),
        ("このゲームは本当に素晴らしいですが、クラッシュが多すぎます。", 19),
        ("1234567 of 10", 6),
    ],
)
def test_tokens_are_about_as_many_as_a_tokenizer_finds(text, counted):
    assert tokens(text) == pytest.approx(counted, rel=0.5)
