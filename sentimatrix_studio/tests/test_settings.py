"""Settings as they are read in production: in a process of their own, because Django reads them once."""

import os
import re
import runpy
import secrets
import shutil
import socket
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from sentimatrix_studio import sockets, urls

SITE = "studio.example.org"
SETTINGS = str(settings.BASE_DIR / "sentimatrix_studio" / "settings.py")
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


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"SECRET_KEY_FILE": "/no/such/file"},
            "SECRET_KEY_FILE must name a file that can be read, not '/no/such/file'",
        ),
        ({"DEBUG": "maybe"}, "DEBUG must be true or false, not 'maybe'."),
        ({"WORKERS": "0"}, "WORKERS must be a whole number from 1 to 1000, not '0'."),
        ({"WORKERS": "²"}, "WORKERS must be a whole number from 1 to 1000, not '²'."),
        ({"METRICS_PORT": "70000"}, "METRICS_PORT must be a whole number from 0 to 65535, not '70000'."),
        ({"EXPORT_HOURS": "0"}, "EXPORT_HOURS must be a whole number from 1 to 8760, not '0'."),
        ({"SECRET_KEY": "", "DATA_DIR": "/dev/null"}, "DATA_DIR (or --data-dir) must be a folder of your own"),
        ({"MONGODB_URI": "localhost:27017"}, "MONGODB_URI must look like mongodb://name:password@host:27017"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL must look like redis://:password@host:6379/0."),
        ({"OUTBOUND_PROXY": "proxy:3128"}, "OUTBOUND_PROXY must look like http://proxy:3128."),
        (
            {"OUTBOUND_CA_FILE": "/dev/null"},
            "OUTBOUND_CA_FILE must name a file of certificates (PEM), not '/dev/null'.",
        ),
        ({"CSRF_TRUSTED_ORIGINS": SITE}, "CSRF_TRUSTED_ORIGINS must list origins such as https://studio.example.org."),
        ({"GITHUB_CLIENT_ID": "1"}, "Set GITHUB_CLIENT_SECRET beside GITHUB_CLIENT_ID."),
        ({"GITHUB_URL": "github.example"}, "GITHUB_URL must look like https://example.org."),
        ({"USER_AGENT": "Bücher/1"}, "USER_AGENT must be of the letters and signs of ASCII"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_value_that_makes_no_sense_stops_the_start_with_one_sentence(monkeypatch, wrong, told):
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(SETTINGS)
    assert str(refused.value).startswith(told)


def test_an_empty_setting_counts_as_none(monkeypatch):
    for name in ("WORKERS", "USER_AGENT", "GOOGLE_URL", "REQUIRE_STAFF_MFA"):
        monkeypatch.setenv(name, "")
    read = runpy.run_path(SETTINGS)
    assert (read["WORKERS"], read["GOOGLE_URL"]) == (2, "https://accounts.google.com")
    assert (read["USER_AGENT"], read["REQUIRE_STAFF_MFA"]) == (f"SentimatrixStudio/{read['VERSION']}", False)


def test_who_starts_a_command_with_a_wrong_setting_reads_a_sentence_and_no_traceback():
    refused = manage("studio", WORKERS="0")
    assert refused.stderr == (
        "Studio cannot start with these settings. WORKERS must be a whole number from 1 to 1000, not '0'.\n"
    )
    assert refused.returncode == 1


def test_a_command_reaches_the_databases_of_a_studio_that_runs_on_its_folder(tmp_path, monkeypatch):
    for name, value in {"DATA_DIR": str(tmp_path), "MONGODB_URI": "", "REDIS_URL": ""}.items():
        monkeypatch.setenv(name, value)
    alone = runpy.run_path(SETTINGS)
    sockets.folder(tmp_path).mkdir(parents=True)
    for place in (sockets.mongodb(tmp_path), sockets.valkey(tmp_path)):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place))
    beside = runpy.run_path(SETTINGS)
    shutil.rmtree(sockets.folder(tmp_path))
    assert alone["MONGODB_URI"].startswith("mongodb://127.0.0.1:")
    assert beside["DATABASES"]["default"]["HOST"] == sockets.mongodb_uri(sockets.mongodb(tmp_path))
    assert beside["REDIS_URL"] == sockets.redis_url(sockets.valkey(tmp_path))


def test_a_command_without_a_database_says_so_in_a_sentence():
    refused = manage("verify_audit", MONGODB_URI="mongodb://127.0.0.1:1/?directConnection=true")
    assert refused.stderr == "MongoDB does not answer: start Studio, or name a server in MONGODB_URI.\n"


def test_keys_are_made_in_the_data_folder_that_is_asked_for(tmp_path):
    asked, other = tmp_path / "asked", tmp_path / "other"
    without_keys = {"SECRET_KEY": "", "ENCRYPTION_KEYS": "", "DATA_DIR": str(other)}
    told = manage("studio", "--data-dir", str(asked), "--host", "no-address-of.example", **without_keys)
    assert "no-address-of.example is no address of this machine" in told.stderr
    assert {"secret_key", "encryption_keys"} <= {file.name for file in asked.iterdir()}
    assert not Path(other).exists()


PASSWORD = "c4n/ry#pass"
TOLD = (
    "import sys; from sentimatrix_studio import settings as s; "
    "print(s.EMAIL_BACKEND.split('.')[-2], *(getattr(s, 'EMAIL_' + name, '') for name in sys.argv[1:]))"
)
MAIL_SETTINGS = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_SSL", "USE_TLS")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail.example.org:25", "smtp mail.example.org 25   False False"),
        ("smtp+tls://ada%40x.org:a%2Fb@mail.example.org", "smtp mail.example.org 587 ada@x.org a/b False True"),
        ("smtps://ada:secret@mail.example.org", "smtp mail.example.org 465 ada secret True False"),
        ("smtp://ada:secret@mail.example.org:2525/?tls=true", "smtp mail.example.org 2525 ada secret False True"),
        ("", "filebased      "),
    ],
)
def test_mail_is_set_by_one_address_that_a_file_may_hold(tmp_path, address, expected):
    file = tmp_path / "address"
    file.write_text(f"{address}\n")
    told = run("-c", TOLD, *MAIL_SETTINGS, EMAIL_URL_FILE=str(file))
    assert (told.stdout, told.stderr) == (f"{expected}\n", "")


@pytest.mark.parametrize(
    "address",
    [
        f"smtp://ada:{PASSWORD}@mail.example.org",
        f"smtp://ada:{PASSWORD.replace('/', '')}@mail.example.org",
        f"imap://ada:{PASSWORD.replace('/', '%2F')}@mail.example.org",
        f"smtp://mail.example.org:{PASSWORD}",
        "smtp://mail.example.org/c4npass",
        "smtp://mail.example.org?password=c4npass",
        "smtp:c4npass",
    ],
)
def test_an_address_of_a_mail_server_that_is_written_wrongly_is_not_repeated(address):
    refused = run("-c", "import sentimatrix_studio.settings", EMAIL_URL=address)
    assert refused.returncode == 1
    assert "ImproperlyConfigured: EMAIL_URL must look like" in refused.stderr
    assert "c4n" not in refused.stderr


def test_the_public_address_is_one_of_a_site():
    assert "PUBLIC_URL must look" in run("-c", "import sentimatrix_studio.settings", PUBLIC_URL="studio.org").stderr


# Headers


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("on purpose")


urlpatterns = [path("broken", broken), path("api/broken", broken), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
REQUESTS = [
    ("GET", "/accounts/login/", 200), ("POST", "/accounts/login/", 403), ("GET", "/dashboard/", 302),
    ("GET", "/nowhere", 404), ("GET", "/broken", 500), ("GET", "/projects/?page=%00", 302),
    ("GET", "/health/live", 200), ("DELETE", "/health/live", 405), ("GET", "/api/v1/auth/me", 401),
    ("GET", "/api/nowhere", 404), ("GET", "/api/broken", 500), ("POST", "/api/v1/auth/login", 422),
    ("GET", "/metrics", 401),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address", "code"), REQUESTS)
def test_every_answer_has_the_headers_that_protect_its_reader(settings, method, address, code):
    settings.ROOT_URLCONF, settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = __name__, True, 31536000
    settings.ALLOWED_HOSTS = [SITE]
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True, headers={"host": SITE})
    answer = browser.generic(method, address, content_type="application/json", secure=True)
    assert answer.status_code == code
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for cookie in answer.cookies.values():
        assert cookie["samesite"] == "Lax"


def test_what_comes_without_https_is_sent_there_but_for_what_containers_ask(settings):
    settings.SECURE_SSL_REDIRECT = True
    browser = Client(headers={"host": "localhost"})
    assert browser.get("/accounts/login/").headers["Location"] == "https://localhost/accounts/login/"
    assert browser.get("/api/v1/auth/me").status_code == 301
    codes = [browser.get(address).status_code for address in ("/health/live", "/api/v1/health/live", "/metrics")]
    assert codes == [200, 200, 401]


def test_a_request_for_another_name_is_refused_with_the_same_headers(settings):
    settings.ALLOWED_HOSTS = [SITE]
    answer = Client(headers={"host": "evil.example"}).get("/accounts/login/")
    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
