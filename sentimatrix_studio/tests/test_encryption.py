import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import ImproperlyConfigured

from sentimatrix_studio.encryption import Unreadable, decrypt, encrypt, is_current
from sentimatrix_studio.environment import encryption_keys

OLD, NEW = os.urandom(32), os.urandom(32)


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ENCRYPTION_KEYS = {"old": OLD}


def test_what_is_encrypted_comes_back_and_cannot_be_read_before():
    sealed = encrypt("gsk_canary ü", "owner", "field", "row")
    assert "canary" not in sealed
    assert decrypt(sealed, "owner", "field", "row") == "gsk_canary ü"


def test_the_same_text_never_looks_the_same():
    assert encrypt("canary", "a") != encrypt("canary", "a")


@pytest.mark.parametrize("elsewhere", [("owner", "other"), ("owner",), ("ownerf", "ield"), ()])
def test_a_ciphertext_does_not_open_where_it_does_not_belong(elsewhere):
    with pytest.raises(Unreadable):
        decrypt(encrypt("canary", "owner", "field"), *elsewhere)


def test_it_is_plain_aes_gcm_that_others_can_open():
    version, key_id, body = encrypt("canary", "ab", "c").split(".")
    from base64 import urlsafe_b64decode

    raw = urlsafe_b64decode(body)
    assert (version, key_id) == ("v1", "old")
    assert AESGCM(OLD).decrypt(raw[:12], raw[12:], b"2:ab1:c") == b"canary"


@pytest.mark.parametrize(
    "damage",
    [
        lambda sealed: sealed[:-6] + "AAAAA=",
        lambda sealed: sealed[:-1],
        lambda sealed: sealed.replace("v1", "v2"),
        lambda sealed: sealed.replace("old", "gone"),
        lambda sealed: "v1.old.",
        lambda sealed: "",
        lambda sealed: "v1.old.ü",
    ],
)
def test_what_is_damaged_is_unreadable_and_no_crash(damage):
    with pytest.raises(Unreadable):
        decrypt(damage(encrypt("canary", "a")), "a")


def test_an_older_key_still_opens_but_is_not_the_current_one(settings):
    sealed = encrypt("canary", "a")
    settings.ENCRYPTION_KEYS = {"new": NEW, "old": OLD}
    assert decrypt(sealed, "a") == "canary"
    assert (is_current(sealed), is_current(encrypt("canary", "a"))) == (False, True)
    settings.ENCRYPTION_KEYS = {"new": NEW}
    with pytest.raises(Unreadable):
        decrypt(sealed, "a")


def test_keys_are_read_in_their_order():
    text = "b:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=, a:" + "A" * 43 + "="
    assert list(encryption_keys(text)) == ["b", "a"]
    assert encryption_keys(text)["b"] == b"01234567890123456789012345678901"


@pytest.mark.parametrize(
    "text", ["", "a", "a:short", "a:ü", "a b:" + "A" * 43 + "=", "a:" + "A" * 43 + "=,a:" + "B" * 43 + "="]
)
def test_wrong_keys_are_refused_without_being_repeated(text):
    with pytest.raises(ImproperlyConfigured) as refusal:
        encryption_keys(text)
    assert "AAAA" not in str(refusal.value)
    assert "BBBB" not in str(refusal.value)
