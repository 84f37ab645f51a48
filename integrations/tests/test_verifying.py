"""Every provider's test of a key against a service that answers as it does: good, bad, spent, away, and lying."""

import pytest
from httpx import Headers

from integrations.choices import KeyStatus
from integrations.outbound import Outbound, Response
from integrations.providers import PROVIDERS, Kind
from integrations.verifying import Verdict, verify
from tests.standins.providers import GOOD, SERVICES
from tests.standins.reddit import CLIENT, SECRET

GOOD_KEY, BAD_KEY = f"{GOOD}canary-0123456789-abcdef", "wrong-canary-9876543210-fedcba"
OWN_SERVERS = {
    "ollama": "https://ollama.example.org",
    "lmstudio": "https://lmstudio.example.org/v1/",
    "compatible": "https://models.example.org/v1",
}
WITHOUT_A_CHECK = ["scrapingant", "zyte", "oxylabs"]
IN_THE_CLOUD = [name for name in PROVIDERS if name not in (*OWN_SERVERS, *WITHOUT_A_CHECK)]
WITH_A_CHECK = [*IN_THE_CLOUD, *OWN_SERVERS]
LIES = ["sign in page", "error with 200", "changed", "damaged"]


def values_of(name: str, key: str) -> dict[str, str]:
    if name == "reddit":
        return {"client_id": CLIENT, "client_secret": SECRET if key == GOOD_KEY else key}
    if name in OWN_SERVERS:
        return {"base_url": OWN_SERVERS[name], "api_key": key}
    return {"api_key": key} if name != "oxylabs" else {"username": "somebody", "password": key}


def tried(name: str, key: str = GOOD_KEY, **more: str) -> Verdict:
    verdict = verify(PROVIDERS[name], {**values_of(name, key), **more})
    assert not any(key[start : start + 8] in verdict.error for start in range(len(key) - 7))
    return verdict


def test_there_is_a_service_to_ask_for_each_provider():
    assert {*SERVICES, *WITHOUT_A_CHECK, "reddit"} == set(PROVIDERS)


@pytest.mark.parametrize("name", IN_THE_CLOUD)
def test_a_good_key_is_valid(standins, name):
    verdict = tried(name)
    assert (verdict.status, verdict.error, verdict.is_usable) == (KeyStatus.VALID, "", True)
    assert verdict.latency_ms is not None
    assert 0 <= verdict.latency_ms < 10_000
    assert len(standins.requests) == 1


@pytest.mark.parametrize("name", [*IN_THE_CLOUD, "lmstudio", "compatible", "ollama"])
def test_a_bad_key_is_not(standins, name):
    verdict = tried(name, BAD_KEY)
    assert (verdict.status, verdict.is_usable) == (KeyStatus.INVALID, False)
    assert verdict.error.startswith(f"{PROVIDERS[name]} does not accept it.")


@pytest.mark.parametrize("name", [name for name in IN_THE_CLOUD if name != "reddit"])
def test_a_key_with_nothing_left_to_spend_is_good_and_of_no_use(standins, name):
    standins.providers.mode = "used up"
    verdict = tried(name)
    assert (verdict.status, verdict.is_usable) == (KeyStatus.VALID, False)
    assert "nothing left to spend" in verdict.error


@pytest.mark.parametrize("name", WITH_A_CHECK)
def test_a_provider_that_is_asked_too_often_says_nothing_about_the_key(standins, name):
    standins.providers.mode = standins.reddit.tokens = "rate limited"
    verdict = tried(name)
    assert (verdict.status, "asked too often" in verdict.error) == (KeyStatus.UNREACHABLE, True)


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("name", WITH_A_CHECK)
def test_a_status_of_200_alone_makes_no_key_valid(standins, name, lie):
    standins.providers.mode = standins.reddit.tokens = lie
    verdict = tried(name)
    expected = KeyStatus.INVALID if lie == "error with 200" else KeyStatus.UNREACHABLE
    assert (verdict.status, verdict.is_usable, bool(verdict.error)) == (expected, False, True)


@pytest.mark.parametrize("name", WITH_A_CHECK)
def test_without_a_network_a_key_is_not_judged(name, settings):
    settings.OUTBOUND_PROXY = "http://127.0.0.1:9"  # nobody listens there
    settings.OUTBOUND_ALLOW = []
    verdict = tried(name)
    assert (verdict.status, verdict.latency_ms) == (KeyStatus.UNREACHABLE, None)
    assert verdict.error


@pytest.mark.parametrize("name", WITHOUT_A_CHECK)
def test_where_only_a_paid_call_would_tell_that_is_said_and_nothing_is_sent(standins, name):
    verdict = tried(name)
    assert verdict.status == KeyStatus.UNVERIFIABLE
    assert "only a call that is paid for would tell" in verdict.error
    assert standins.requests == []


@pytest.mark.parametrize("mode", ["down", "redirect home", "not found", "blocked"])
def test_what_is_in_the_way_is_not_blamed_on_the_key(standins, mode):
    standins.providers.mode = mode
    assert tried("groq").status == KeyStatus.UNREACHABLE
    assert len(standins.requests) == 1  # a redirect would take the key with it


@pytest.mark.parametrize("name", [name for name in WITH_A_CHECK if name != "reddit"])
def test_an_error_that_repeats_the_key_is_shown_without_it(standins, name):
    standins.providers.mode = "echo"
    verdict = tried(name)
    assert verdict.status == KeyStatus.UNREACHABLE
    assert "…" in verdict.error
    assert "canary" not in verdict.error.lower()


# Servers of one's own


@pytest.mark.parametrize("name", OWN_SERVERS)
def test_an_own_server_without_a_key_is_good_when_it_lists_its_models(standins, name):
    verdict = verify(PROVIDERS[name], {"base_url": OWN_SERVERS[name]})
    assert verdict.status == (KeyStatus.INVALID if name == "compatible" else KeyStatus.VALID)


@pytest.mark.parametrize("name", ["ollama", "lmstudio"])
def test_a_server_that_lets_everybody_in_has_not_shown_that_the_key_is_good(standins, name):
    verdict = tried(name)
    assert (verdict.status, "without a key as well" in verdict.error) == (KeyStatus.UNVERIFIABLE, True)
    assert [("Authorization" in seen.headers) for seen in standins.requests] == [True, False]


def test_a_server_that_asks_for_the_key_has_shown_it(standins):
    assert tried("compatible").status == KeyStatus.VALID


def test_a_model_that_is_not_there_is_named_with_those_that_are(standins):
    assert tried("ollama", model="llama3.2:3b").status == KeyStatus.UNVERIFIABLE
    verdict = tried("ollama", model="phi4")
    assert (verdict.status, verdict.error) == (
        KeyStatus.INVALID,
        "This server has no model “phi4”. It has: llama3.2:3b.",
    )


def test_a_private_network_is_closed_until_the_operator_opens_it(settings):
    settings.OUTBOUND_ALLOW, settings.OUTBOUND_PROXY = [], ""
    verdict = verify(PROVIDERS["ollama"], {"base_url": "http://127.0.0.1:11434"})
    assert verdict.status == KeyStatus.UNREACHABLE
    assert "OUTBOUND_ALLOW" in verdict.error


def test_the_key_travels_in_no_address_where_there_is_another_way(standins):
    for name in IN_THE_CLOUD:
        tried(name)
    in_addresses = {seen.host for seen in standins.requests if GOOD_KEY in (seen.path + str(seen.query))}
    assert in_addresses == {"api.scraperapi.com", "app.scrapingbee.com", "serpapi.com"}


def test_only_large_language_models_have_servers_of_ones_own():
    assert {PROVIDERS[name].kind for name in OWN_SERVERS} == {Kind.LLM}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"models": [{"name": "' + b"x" * 3_000_000 + b'"}]}', "It has: " + "x" * 60 + "."),
        (b'{"error": {"message": "' + b"y" * 3_000_000 + b'"}}', "It says: " + "y" * 200 + "…"),
        (b'{"error": ' * 5000 + b"1" + b"}" * 5000, "This is not what Ollama answers to a good key."),
        (b"[" * 100_000, "This is not what Ollama answers to a good key. It says: " + "[" * 200 + "…"),
        (b'{"models": {"name": 1}}', "This is not what Ollama answers to a good key."),
        (b'{"models": ["phi4"]}', "This is not what Ollama answers to a good key."),
        (b"null", "This is not what Ollama answers to a good key. It says: null"),
    ],
    ids=["long name", "long words", "deep", "deeper", "no list", "no objects", "null"],
)
def test_a_hostile_server_gains_no_more_than_a_line(body, expected):
    class Hostile(Outbound):
        def request(self, method, url, **options):
            return Response(200, Headers({}), body, url)

    verdict = verify(PROVIDERS["ollama"], {"base_url": "https://hostile.example.org", "model": "phi4"}, Hostile())
    assert (verdict.is_usable, expected in verdict.error) == (False, True), verdict.error
    assert len(verdict.error) < 400
