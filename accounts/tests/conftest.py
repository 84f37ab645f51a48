import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time

from accounts.tests import factories


@pytest.fixture(autouse=True)
def the_clock_stands_still_for_codes(monkeypatch):
    """One made just before the next half minute begins would come too late."""
    now = list(yield_hotp_counters_from_time())
    for module in (totp, factories):
        monkeypatch.setattr(module, "yield_hotp_counters_from_time", lambda: iter(now))
