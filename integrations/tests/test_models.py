from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.tests.factories import make_user
from integrations import keys, needs
from integrations.choices import KeyStatus
from integrations.models import Credential, Event, Notice
from integrations.providers import PROVIDERS, Kind, of_kind
from integrations.tests.factories import KEY, make_credential
from integrations.verifying import Verdict
from sentimatrix_studio.encryption import Unreadable


@pytest.mark.parametrize(
    ("provider", "value", "shown"),
    [
        ("groq", "gsk_0123456789abcd1234", "gsk_...1234"),
        ("groq", "no-such-beginning-1234", "...1234"),
        ("groq", "gsk_short123", "gsk_..."),
        ("youtube", "AIzaSyA0123456789abcd", "AIza...abcd"),
        ("zyte", "12345678", "..."),
    ],
)
def test_of_a_secret_its_usual_beginning_and_four_signs_are_shown_and_of_a_short_one_less(provider, value, shown):
    assert PROVIDERS[provider].shown({"api_key": value}) == {"api_key": shown}


def test_the_catalogue_is_whole():
    for provider in PROVIDERS.values():
        assert provider.website.startswith("https://")
        assert provider.key_url.startswith("https://")
        assert len(provider.description) > 10
        assert provider.fields
        assert [field.name for field in provider.fields] == list({field.name: 0 for field in provider.fields})
        assert all(model.noted_on for model in provider.models if model.cost_per_1k_input is not None)
        assert provider.models == () or provider.kind == Kind.LLM
    assert [len(of_kind(kind)) for kind in Kind] == [13, 7, 4]


def test_a_value_is_taken_without_what_comes_along_when_it_is_copied():
    assert PROVIDERS["groq"].clean({"api_key": f"\t{KEY}\r\n"}) == {"api_key": KEY}


@pytest.mark.django_db(transaction=True)
def test_the_same_key_entered_eight_times_at_once_is_one():
    owner = make_user()

    def enter(number: int) -> bool:
        try:
            values = {"api_key": f"gsk_{number}-0123456789"}
            return Credential.objects.enter(owner, PROVIDERS["groq"], values, "")[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enter, range(8))) == 1
    assert Credential.objects.get().open()["api_key"].endswith("-0123456789")


@pytest.mark.django_db
def test_a_ciphertext_opens_as_its_own_row_only():
    mine, other = make_credential(), make_credential()
    for row in (
        Credential(pk=other.pk, owner=mine.owner, provider="groq", sealed=mine.sealed),
        Credential(pk=mine.pk, owner=other.owner, provider="groq", sealed=mine.sealed),
        Credential(pk=mine.pk, owner=mine.owner, provider="openai", sealed=mine.sealed),
    ):
        with pytest.raises(Unreadable):
            row.open()
    assert Credential(pk=mine.pk, owner=mine.owner, provider="groq", sealed=mine.sealed).open() == {"api_key": KEY}


@pytest.mark.django_db
def test_a_key_is_there_for_its_owner_while_it_can_be_read_and_is_not_known_to_be_bad(settings):
    credential, stranger = make_credential(), make_user()
    owner = credential.owner_id
    assert needs.keys_of(owner) == {"groq"}
    assert (needs.keys_of(stranger.pk), keys.values_for(stranger.pk, "groq")) == (frozenset(), {})
    Credential.objects.update(is_valid=False)
    assert needs.keys_of(owner) == set()
    Credential.objects.update(is_valid=True)
    assert keys.values_for(owner, "groq") == {"api_key": KEY}
    credential.refresh_from_db()
    assert credential.last_used is not None
    settings.ENCRYPTION_KEYS = {"another": b"x" * 32}
    assert (needs.keys_of(owner), keys.values_for(owner, "groq")) == (frozenset(), {})


@pytest.mark.django_db
def test_a_key_that_a_run_finds_refused_is_marked_and_its_owner_told_once():
    credential = make_credential()
    owner = credential.owner_id
    keys.note_refused(owner, "groq", {"api_key": "the one that was there before"})
    keys.note_refused(owner, "openai", {"api_key": KEY})
    assert ("groq" in needs.keys_of(owner), Event.objects.count()) == (True, 0)
    for _ in range(2):
        keys.note_refused(owner, "groq", {"api_key": KEY})
    credential.refresh_from_db()
    assert (credential.status, credential.is_valid, credential.error) == ("invalid", False, "Groq does not accept it.")
    assert ("groq" in needs.keys_of(owner)) is False
    event = Event.objects.get()
    assert (event.name, event.owner_id, event.facts["provider"]) == ("key.refused", owner, "groq")
    assert [notice.title for notice in Notice.objects.all()] == ["Key refused: Groq"]
    make_credential(credential.owner)
    keys.note_refused(owner, "groq", {"api_key": KEY})
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_a_key_that_a_test_finds_refused_is_told_of_once(monkeypatch):
    credential = make_credential()
    for verdict in (KeyStatus.UNREACHABLE, KeyStatus.INVALID, KeyStatus.INVALID, KeyStatus.VALID, KeyStatus.INVALID):
        monkeypatch.setattr("integrations.keys.verify", lambda *args, status=verdict: Verdict(status, "It says no."))
        keys.test(credential, PROVIDERS["groq"])
    assert [event.facts["message"] for event in Event.objects.all()] == ["It says no."]
