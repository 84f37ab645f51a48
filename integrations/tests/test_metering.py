"""Language models within a budget: what is held, paid, refused, remembered, and left alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from bson import ObjectId
from django.db import connections

from integrations import metering, spending
from integrations.llm import LlmError
from integrations.metering import MeteredLlm, choice, json_of, most_tokens, open_llm, parsed
from integrations.models import Credential, Purse, Remembered
from integrations.models.spending import NANO
from integrations.pace import Pace
from integrations.spending import Budget, Price
from integrations.tests.factories import make_credential, make_own_model
from projects.models import Project
from projects.tests.factories import make_project
from tests.standins.providers import GOOD

pytestmark = pytest.mark.django_db

KEY = f"{GOOD}canary-0123456789-abcdef"
PRICE = Price(0.00015, 0.0006)  # of gpt-4o-mini
LIMITS = {"llm_budget_usd": 5.0, "llm_monthly_usd": 20.0}
SCHEMA = {"type": "object", "required": ["answer"], "properties": {"answer": {"type": "string", "enum": ["yes"]}}}


def project_with(provider: str = "openai", model: str = "gpt-4o-mini", **limits: Any) -> Project:
    project = make_project()
    values = {"base_url": f"https://{provider}.example.org/v1"} if provider in ("ollama", "lmstudio") else {}
    make_credential(project.owner, provider, **(values or {"api_key": KEY}))
    project.config["llm"] |= {"provider": provider, "model": model}
    project.config["limits"] |= limits
    project.save()
    return project


def opened(**limits: Any) -> MeteredLlm:
    return open_llm(project_with(**limits), "run")


def answering(standins, *answers: dict[str, str]) -> None:
    left = list(answers)
    standins.llms.say = lambda data: left.pop(0) if len(left) > 1 else left[0]


def yes(llm: MeteredLlm, question: str = "Is it?", version: str = "1"):
    return llm.complete_json("Answer.", {"question": question}, schema=SCHEMA, version=version, max_tokens=100)


def purse(llm: MeteredLlm, of: str = "run") -> Purse:
    return Purse.objects.get(owner_id=llm.owner_id, of=of)


# What it costs


def test_what_a_call_cost_is_counted_for_the_run_and_the_month(standins):
    llm = opened()
    answering(standins, {"answer": "yes"})
    assert yes(llm) == {"answer": "yes"}
    ((sent, received),) = standins.llms.bill
    for of in ("run", f"{datetime.now(UTC):%Y-%m}"):
        found = purse(llm, of)
        assert (found.sent, found.received, found.calls, found.held) == (sent, received, 1, 0)
        assert found.dollars == pytest.approx(standins.llms.dollars(0.00015, 0.0006), abs=1e-9)
    assert spending.of_run(llm.owner_id, "run").tokens == sent + received
    assert spending.of_run(llm.owner_id, "another").tokens == 0


def test_a_price_is_rounded_up_to_whole_billionths():
    assert Price(0.00015, 0.0006).of(1000, 1000) == 750_000
    assert Price(0.000075, 0.0).of(1, 0) == 75
    assert Price(0.0000001, 0.0).of(1, 0) == 1
    assert Price(0.1, 0.2).of(3, 0) == 300_000


def test_no_text_has_more_tokens_than_are_held_for_it(standins):
    for text in ("plain words", "größer", "素晴らしい", "😡❤️", "\ud800"):
        assert most_tokens(text) >= standins.llms.count(text.encode("utf-8", "replace").decode())


def test_where_a_service_counts_nothing_the_most_it_can_have_been_is_paid(standins):
    llm = opened()
    answering(standins, {"answer": "yes"})
    standins.llms.mode = "no usage"
    yes(llm)
    assert purse(llm).dollars > 4 * standins.llms.dollars(0.00015, 0.0006)
    assert purse(llm).held == 0


# Limits


@pytest.mark.parametrize("limit", ["llm_budget_usd", "llm_monthly_usd"])
def test_no_call_is_made_that_could_pass_a_limit(standins, limit):
    llm = opened(**{limit: 0.0000001})
    with pytest.raises(LlmError) as caught:
        yes(llm)
    assert (caught.value.code, caught.value.can_retry, standins.requests) == ("over_budget", False, [])
    assert {one.held for one in Purse.objects.all()} == {0}


def test_eight_workers_at_once_never_hold_more_than_the_limit():
    project = make_project()
    limits = LIMITS | {"llm_budget_usd": 0.05}

    def work(number: int) -> int:
        budget, paid = Budget(project.owner_id, "run", limits), 0
        try:
            for _ in range(100):
                hold = budget.hold(2_000_000)  # a fifth of a cent
                budget.settle(hold, 900_000 + number, 10, 5)
                paid += 900_000 + number
        except LlmError:
            return paid
        finally:
            connections.close_all()
        raise AssertionError("The limit has stopped nobody.")

    with ThreadPoolExecutor(8) as pool:
        paid = sum(pool.map(work, range(8)))
    run, month = Purse.objects.order_by("-of")
    assert paid == run.spent == month.spent <= 0.05 * NANO
    assert paid > 0.047 * NANO  # what was left was too little for one call more
    assert (run.held, month.held, run.calls) == (0, 0, run.received // 5)


def test_nobody_calls_beside_the_first_call_of_a_run():
    budget = Budget(make_project().owner_id, "run", LIMITS)
    first = budget.hold(1000, is_first_alone=True)
    with pytest.raises(LlmError) as caught:
        budget.hold(1000, is_first_alone=True)
    assert caught.value.code == "first_call"
    budget.give_back(first)  # it was told to wait, and has learnt nothing
    budget.settle(budget.hold(1000, is_first_alone=True), 500)
    for _ in range(3):
        budget.hold(1000, is_first_alone=True)


def test_a_first_call_whose_worker_is_dead_is_not_waited_for_for_ever(standins, monkeypatch):
    monkeypatch.setattr(metering, "DEADLINE", 0.1)
    llm = opened()
    llm.budget.hold(1000)
    answering(standins, {"answer": "yes"})
    assert yes(llm) == {"answer": "yes"}


def test_what_a_killed_worker_held_stays_held():
    budget = Budget(make_project().owner_id, "run", LIMITS | {"llm_budget_usd": 0.05})
    budget.hold(40_000_000)  # and nobody ever settles it
    with pytest.raises(LlmError):
        budget.hold(20_000_000)
    budget.hold(10_000_000)


def test_a_limit_of_a_month_is_for_all_projects_and_every_run():
    owner_id = make_project().owner_id
    limits = {"llm_budget_usd": 0.05, "llm_monthly_usd": 0.06}
    first, second = Budget(owner_id, "first", limits), Budget(owner_id, "second", limits)
    first.settle(first.hold(40_000_000), 40_000_000)
    with pytest.raises(LlmError, match=r"\$0\.0600 for a month"):
        second.hold(30_000_000)
    second.hold(20_000_000)
    Budget(ObjectId(), "second", limits).hold(50_000_000)  # somebody else's


# Prices and keys


def test_a_price_nobody_knows_is_unknown_and_nothing_is_asked():
    project = project_with("openrouter", "openai/gpt-oss-120b")
    assert choice(project).price is None
    with pytest.raises(LlmError, match="Nobody knows what") as caught:
        open_llm(project, "run")
    assert caught.value.code == "unknown_price"
    make_own_model(
        project.owner,
        provider="openrouter",
        model="openai/gpt-oss-120b",
        cost_per_1k_input=0.1,
        cost_per_1k_output=0.2,
    )
    assert open_llm(project, "run").price == Price(0.1, 0.2)


def test_a_machine_of_ones_own_costs_nothing_also_with_no_budget(standins):
    llm = open_llm(project_with("ollama", "llama3.2", llm_budget_usd=0.0, llm_monthly_usd=0.0), "run")
    answering(standins, {"answer": "yes"})
    yes(llm)
    assert (purse(llm).spent, purse(llm).calls) == (0, 1)


@pytest.mark.parametrize(("change", "code"), [({"provider": None}, "no_provider"), ({"provider": "groq"}, "no_key")])
def test_without_a_provider_or_a_key_one_is_told_what_is_missing(change, code):
    project = project_with()
    project.config["llm"] |= change
    with pytest.raises(LlmError) as caught:
        open_llm(project, "run")
    assert caught.value.code == code


def test_a_project_that_names_no_model_gets_the_first_or_that_of_its_server():
    assert choice(project_with(model="")).model.id == "gpt-6-luna"
    project = project_with("ollama", "")
    with pytest.raises(LlmError, match="No model of Ollama"):
        choice(project)
    make_credential(project.owner, "ollama", base_url="https://ollama.example.org", model="phi4")
    assert choice(project).model.id == "phi4"


# Memory


def test_the_same_question_costs_nothing_the_second_time(standins):
    llm = opened()
    answering(standins, {"answer": "yes"})
    assert yes(llm) == yes(llm)
    assert len(standins.requests) == 1
    yes(llm, "Is it really?")
    yes(llm, version="2")
    llm.client.temperature = 1.0
    yes(llm)
    assert len(standins.requests) == 4
    other = opened()  # somebody else's, who has to pay
    yes(other)
    assert len(standins.requests) == 5
    assert Remembered.objects.count() == 5


def test_an_answer_that_does_not_fit_is_asked_for_once_more_and_never_remembered(standins):
    llm = opened()
    answering(standins, {"answer": "no"}, {"answer": "yes"})
    assert yes(llm) == {"answer": "yes"}
    assert len(standins.requests) == 2
    answering(standins, {"answer": "no"})
    with pytest.raises(LlmError) as caught:
        yes(llm, "Another?")
    assert (caught.value.code, len(standins.requests), Remembered.objects.count()) == ("bad_answer", 4, 1)


def test_only_strict_json_is_json():
    assert json_of('```json\n{"a": 1}\n```') == {"a": 1}
    for text in ("", "Sure!", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000, '{"a": 1} and more'):
        assert json_of(text) is None
    assert parsed('{"answer": "yes"}', SCHEMA) == {"answer": "yes"}
    assert parsed('{"answer": true}', SCHEMA) is None


# What goes wrong


def test_a_retry_after_of_three_seconds_is_waited_for(standins):
    llm = opened()
    answering(standins, {"answer": "yes"})
    standins.llms.script = ["rate limited"]
    assert yes(llm) == {"answer": "yes"}
    first, second = standins.requests
    assert 3.0 <= second.at - first.at < 6.0
    assert purse(llm).calls == 1


def test_a_long_wait_is_its_callers_and_holds_for_all_in_the_owners_name(standins):
    llm = opened()
    standins.llms.mode, standins.llms.retry_after = "rate limited", 120
    with pytest.raises(LlmError) as caught:
        yes(llm)
    assert (caught.value.code, caught.value.can_retry) == ("rate_limited", True)
    assert 100 < (caught.value.retry_after or 0) <= 120
    with pytest.raises(LlmError, match="asked too often"):
        yes(MeteredLlm(Project.objects.get(), llm.client, llm.price, llm.budget, llm.check))
    assert len(standins.requests) == 1
    Pace(f"llm:openai:{llm.owner_id}").hold(0, exactly=True)
    standins.llms.retry_after = 7200
    with pytest.raises(LlmError) as caught:
        yes(llm)
    assert (caught.value.can_retry, bool(purse(llm).ended)) == (False, True)


@pytest.mark.parametrize(("mode", "code"), [("insufficient quota", "quota"), ("bad key", "invalid_key")])
def test_what_no_call_helps_against_ends_it_for_the_whole_run_at_once(standins, mode, code):
    llm = opened()
    standins.llms.mode = mode
    with pytest.raises(LlmError) as caught:
        yes(llm)
    assert caught.value.code == code
    again = MeteredLlm(Project.objects.get(), llm.client, llm.price, Budget(llm.owner_id, "run", LIMITS), llm.check)
    with pytest.raises(LlmError) as ended:
        yes(again)
    assert (ended.value.code, ended.value.message) == ("ended", caught.value.message)
    assert len(standins.requests) == 1
    assert (purse(llm).spent, purse(llm).held) == (0, 0)
    assert Credential.objects.get().is_valid is (False if code == "invalid_key" else None)


def test_a_bad_moment_is_got_over(standins, monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(MeteredLlm, "_sleep", lambda self, seconds: pauses.append(seconds))
    llm = opened()
    answering(standins, {"answer": "yes"})
    standins.llms.script = ["down", "changed"]
    with pytest.raises(LlmError, match="not how OpenAI answers"):  # which trying again does not help against
        yes(llm)
    standins.llms.script = ["down", "down"]
    assert yes(llm) == {"answer": "yes"}
    standins.llms.mode = "down"
    with pytest.raises(LlmError) as caught:
        yes(llm, "Another?")
    assert (caught.value.code, pauses) == ("unavailable", [1.0, 1.0, 4.0, 1.0, 4.0])
    assert all(first.at <= second.at for first, second in pairwise(standins.requests))


def test_waiting_ends_when_its_caller_has_to_go(standins):
    def leave():
        raise InterruptedError

    llm = open_llm(project_with(), "run", check=leave)
    standins.llms.mode = "rate limited"
    with pytest.raises(InterruptedError):
        yes(llm)
