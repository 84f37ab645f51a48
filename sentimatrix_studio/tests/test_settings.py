"""Settings as they are read in production: in a process of their own, because Django reads them once."""

import os
import re
import secrets
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from django.conf import settings

SITE = "studio.example.org"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "DEBUG": "false",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ENCRYPTION_KEYS": f"2026:{b64encode(secrets.token_bytes(32)).decode()}",
    "ALLOWED_HOSTS": SITE,
}


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *arguments]
    environment = {**os.environ, **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=settings.BASE_DIR, check=False)


def manage(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return run(str(settings.BASE_DIR / "manage.py"), *arguments, **environment)


def test_a_production_site_has_nothing_to_be_warned_of():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "changeme" * 10}, "SECRET_KEY"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS"),
        ({"ENCRYPTION_KEYS": "2026:c2hvcnQ="}, "ENCRYPTION_KEYS"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"DEBUG": "true"}, "DEBUG"),
    ],
    ids=lambda value: value if isinstance(value, str) else "=".join(*value.items())[:30],
)
def test_production_does_not_start_with(wrong, word):
    refused = run("-c", "import sentimatrix_studio.settings", **PRODUCTION | wrong)
    assert refused.returncode == 1
    assert re.search(rf"ImproperlyConfigured: .*\b{word}\b", refused.stderr)


def test_keys_are_made_in_the_data_folder_that_is_asked_for(tmp_path):
    asked, other = tmp_path / "asked", tmp_path / "other"
    without_keys = {"SECRET_KEY": "", "ENCRYPTION_KEYS": "", "DATA_DIR": str(other)}
    told = manage("studio", "--data-dir", str(asked), "--host", "no-address-of.example", **without_keys)
    assert "no-address-of.example is no address of this machine" in told.stderr
    assert {"secret_key", "encryption_keys"} <= {file.name for file in asked.iterdir()}
    assert not Path(other).exists()


# Headers

HARDENING = """
import django
django.setup()
from django.conf import settings
from django.test import Client

browser = Client(raise_request_exception=False, headers={"host": settings.ALLOWED_HOSTS[0], "accept": "text/html"})
for method, path, secure in %r:
    answer = browser.generic(method, path, secure=secure)
    print(answer.status_code, path, *sorted(name.lower() for name in answer.headers))
"""
ALWAYS = {"x-content-type-options", "referrer-policy", "cross-origin-opener-policy", "x-frame-options", "x-request-id"}
EVERYWHERE = [
    ("GET", "/accounts/login/", True, 200), ("GET", "/nowhere", True, 404), ("GET", "/api/v1/nowhere", True, 404),
    ("GET", "/api/v1/auth/me", True, 401), ("POST", "/accounts/login/", True, 200), ("GET", "/dashboard/", True, 302),
    ("DELETE", "/health/live", True, 405), ("GET", "/health/live", True, 200), ("GET", "/", False, 301),
]  # fmt: skip
