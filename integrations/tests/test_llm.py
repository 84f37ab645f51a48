"""Every provider's model asked as it wants to be, and every way of not answering told apart, without the key."""

import os

import pytest

from integrations.llm import Client, LlmError
from integrations.outbound import OutboundRefused
from integrations.providers import PROVIDERS, of_kind
from projects.config import LLM_PROVIDERS
from tests.standins.llms import LLMS
from tests.standins.providers import GOOD

KEY, BAD_KEY = f"{GOOD}canary-0123456789-abcdef", "wrong-canary-9876543210-fedcba"
SERVERS = {
    "ollama": "https://ollama.example.org/",
    "lmstudio": "https://lmstudio.example.org/v1",
    "compatible": "https://models.example.org/v1",
}
SYSTEM = 'Label them.\n{"properties": {"reviews": {"items": {"properties": {"id": {}, "sentiment": {}}}}}}'
PROMPT = '{"reviews": [{"id": "a", "text": "I love it."}]}'
SCHEMA = {"type": "object", "properties": {"reviews": {"type": "array"}}}
SAID = '{"reviews": [{"id": "a", "sentiment": "positive"}]}'


def client(name: str = "groq", key: str = KEY, model: str = "some-model") -> Client:
    return Client(PROVIDERS[name], {"api_key": key, "base_url": SERVERS.get(name, "")}, model)


def ask(asked: Client):
    return asked.ask(SYSTEM, PROMPT, max_tokens=300, schema=SCHEMA)


def refusal(asked: Client) -> LlmError:
    with pytest.raises(LlmError) as caught:
        ask(asked)
    assert not any(KEY[start : start + 8].lower() in str(caught.value).lower() for start in range(len(KEY) - 7))
    return caught.value


def test_projects_may_choose_every_llm_there_is_under_the_same_name():
    assert [(one.id, one.name) for one in of_kind("llm")] == list(LLM_PROVIDERS)
    assert set(LLMS) == set(dict(LLM_PROVIDERS))
    assert all(one.api for one in of_kind("llm"))


@pytest.mark.parametrize("name", LLMS)
def test_each_provider_is_asked_in_its_own_format(standins, name):
    answer = ask(client(name))
    ((sent, received),) = standins.llms.bill
    assert (answer.text, answer.sent, answer.received, answer.is_cut) == (SAID, sent, received, False)
    (seen,) = standins.requests
    assert KEY in seen.headers.get("Authorization", seen.headers.get("x-api-key", ""))
    assert KEY not in seen.path + seen.body
    (body,) = standins.llms.asked
    assert (body["model"], 300 in (body.get("max_tokens"), body.get("max_completion_tokens"))) == (
        "some-model",
        name != "ollama",
    )


def test_ollama_is_told_how_much_to_read_as_it_forgets_the_rest_silently(standins):
    ask(client("ollama"))
    (body,) = standins.llms.asked
    assert (body["options"]["num_predict"], body["options"]["num_ctx"], body["format"]) == (300, 8492, SCHEMA)


def test_the_form_of_the_answer_is_named_where_a_service_can_be_told(standins):
    for name in ("openai", "groq", "anthropic", "compatible"):
        ask(client(name))
    forms = [body.get("response_format", {}).get("type") for body in standins.llms.asked]
    assert forms == ["json_schema", "json_object", None, None]


def test_what_a_model_does_not_take_is_left_out_from_then_on(standins):
    standins.llms.mode = "no format"
    asked = client("openai")
    assert (ask(asked).text, ask(asked).text) == (SAID, SAID)
    assert ["temperature" in body for body in standins.llms.asked] == [True, False, False]


def test_no_key_is_looked_for_in_the_environment(standins, monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setitem(os.environ, name, "sk-of-the-operator")
    ask(client("lmstudio", key=""))
    assert refusal(client("openai", key="env:OPENAI_API_KEY")).code == "invalid_key"  # sent as it is, never read there
    assert all("operator" not in str(seen.headers) for seen in standins.requests)


@pytest.mark.parametrize("name", ["openai", "anthropic", "ollama"])
@pytest.mark.parametrize(
    ("mode", "code", "can_retry", "may_cost"),
    [
        ("bad key", "invalid_key", False, False),
        ("insufficient quota", "quota", False, False),
        ("no model", "no_model", False, False),
        ("rate limited", "rate_limited", True, False),
        ("down", "unavailable", True, False),
        ("echo", "unavailable", True, False),
        ("blocked", "bad_request", False, False),
        ("changed", "bad_answer", False, True),
    ],
)
def test_what_goes_wrong_is_told_apart(standins, name, mode, code, can_retry, may_cost):
    standins.llms.mode = mode
    error = refusal(client(name))
    assert (error.code, error.can_retry, error.may_cost) == (code, can_retry, may_cost)
    assert error.retry_after == (3.0 if code == "rate_limited" else None)
    assert PROVIDERS[name].name in error.message
    assert len(standins.requests) == 1  # nothing is tried again behind our back


def test_a_bad_key_is_refused(standins):
    assert refusal(client("openai", BAD_KEY)).code == "invalid_key"


@pytest.mark.parametrize("name", ["openai", "anthropic", "ollama"])
def test_where_tokens_are_not_counted_nobody_pretends_they_were_none(standins, name):
    standins.llms.mode = "no usage"
    answer = ask(client(name))
    assert (answer.text, answer.sent, answer.received) == (SAID, None, None)


@pytest.mark.parametrize(
    ("refused", "code", "may_cost"),
    [
        (OutboundRefused("timeout", "It did not answer in time.", can_retry=True), "timeout", True),
        (OutboundRefused("network", "It broke off.", can_retry=True), "unavailable", True),
        (OutboundRefused("connect", "Not reached.", can_retry=True), "unavailable", False),
        (OutboundRefused("forbidden", "Not public."), "refused", False),
        (OutboundRefused("too_large", "Too large."), "bad_answer", True),
    ],
)
@pytest.mark.parametrize("name", ["openai", "anthropic", "ollama"])
def test_what_the_guard_refuses_comes_through_the_library_unharmed(name, refused, code, may_cost, monkeypatch):
    asked = client(name)
    monkeypatch.setattr(asked.outbound, "post", lambda *args, **options: (_ for _ in ()).throw(refused))
    error = refusal(asked)
    assert (error.code, error.message.startswith(refused.message), error.may_cost) == (code, True, may_cost)


def test_an_own_server_in_a_private_network_is_closed_until_the_operator_opens_it(settings):
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PROXY = [], ""
    own = Client(PROVIDERS["ollama"], {"base_url": "http://127.0.0.1:11434"}, "llama3.2")
    error = refusal(own)
    assert (error.code, error.is_final, "OUTBOUND_ALLOW" in error.message) == ("refused", True, True)


def test_a_limit_for_a_minute_is_not_taken_for_the_end_of_the_money(standins):
    standins.llms.mode = "rate limited"  # whose words speak of billing
    assert refusal(client("groq")).code == "rate_limited"
