import pytest
from django.test import RequestFactory

from sentimatrix_studio.requests import client_address

PROXY, CALLER, FORGED = "10.0.0.7", "198.51.100.23", "203.0.113.99"


def seen(peer: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


def test_without_a_proxy_a_forged_header_is_ignored(settings):
    settings.TRUSTED_PROXIES = 0
    assert seen(CALLER, FORGED) == CALLER
    assert seen(CALLER) == CALLER


@pytest.mark.parametrize(
    ("proxies", "forwarded"),
    [
        (1, CALLER),
        (1, f"{FORGED}, {CALLER}"),
        (1, f"{FORGED},{FORGED} , {CALLER} "),
        (2, f"{FORGED}, {CALLER}, 10.0.0.8"),
        (2, f"{CALLER}, 10.0.0.8"),
    ],
)
def test_behind_proxies_the_address_counts_that_the_outermost_saw(settings, proxies, forwarded):
    settings.TRUSTED_PROXIES = proxies
    assert seen(PROXY, forwarded) == CALLER


@pytest.mark.parametrize("forwarded", [None, "", CALLER, "nonsense, 10.0.0.8", "<script>,x"])
def test_a_header_that_no_proxy_has_written_says_nothing(settings, forwarded):
    """Somebody got past a proxy, or a proxy is not set up: the peer is all there is to know."""
    settings.TRUSTED_PROXIES = 2
    assert seen(PROXY, forwarded) == PROXY


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.23:4711", "198.51.100.23"),
        ("[2001:DB8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8:0:0::1", "2001:db8::1"),
        ("::ffff:198.51.100.23", "198.51.100.23"),
    ],
)
def test_an_address_has_one_form(settings, written, address):
    settings.TRUSTED_PROXIES = 1
    assert seen(PROXY, written) == address
    assert seen(written) == address


def test_a_socket_of_this_machine_has_no_address():
    assert seen("") == ""
