"""Whatever opens something is told to a real Studio, in flows that work and flows that fail; then everything that it
keeps and writes is searched for it."""

import base64
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import psutil
import pytest
import redis
from pymongo import MongoClient

from accounts.tests.factories import lasting_code_of
from sentimatrix_studio import embedded
from sentimatrix_studio.tests.mail import MailServer
from sentimatrix_studio.tests.test_studio import Studio
from sentimatrix_studio.tests.waiting import wait_until
from tests.standins.server import Standins

pytestmark = pytest.mark.xdist_group("studio")
EMAIL = "ada@example.org"
OPLOG = "local.oplog.rs"
STEAM = "https://store.steampowered.com/app/620"


def canary(prefix: str = "Canary7") -> str:
    return f"{prefix}{secrets.token_hex(12)}"


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def known(mail: MailServer, running_standins: Standins) -> dict[str, str]:
    """Secrets of the installation; those of its users come to them."""
    return {name: canary() for name in ("proxy", "mail", "google", "metrics")} | {
        "secret key": secrets.token_urlsafe(50),
        "encryption key": base64.b64encode(secrets.token_bytes(32)).decode(),
    }


@pytest.fixture(scope="module")
def studio(
    tmp_path_factory: pytest.TempPathFactory,
    static_root: Path,
    mail: MailServer,
    running_standins: Standins,
    known: dict[str, str],
) -> Iterator[Studio]:
    proxy = urlsplit(running_standins.proxy_url)
    settings = {
        "SECRET_KEY": known["secret key"],
        "ENCRYPTION_KEYS": f"2026:{known['encryption key']}",
        "EMAIL_URL": f"smtp://studio:{known['mail']}@127.0.0.1:{mail.port}",
        "OUTBOUND_PROXY": f"http://studio:{known['proxy']}@{proxy.netloc}",
        "OUTBOUND_CA_FILE": str(running_standins.ca_file),
        "GOOGLE_CLIENT_ID": "studio",
        "GOOGLE_CLIENT_SECRET": known["google"],
        "GOOGLE_URL": "http://127.0.0.1:9",
        "METRICS_TOKEN": known["metrics"],
        "LOG_FORMAT": "json",
    }
    studio = Studio(tmp_path_factory.mktemp("secrets") / "data", static_root, settings=settings)
    studio.start()
    studio.wait_until_ready()
    yield studio
    family = studio.family()
    studio.process.terminate()
    psutil.wait_procs(family, timeout=60)


class Visitor:
    """Somebody who uses pages and API, and notes what is secret."""

    def __init__(self, studio: Studio, mail: MailServer, known: dict[str, str]) -> None:
        self.mail, self.known = mail, known
        self.exports: list[bytes] = []
        self.browser = httpx.Client(base_url=f"http://127.0.0.1:{studio.port}", timeout=30, follow_redirects=True)

    def note(self, name: str, secret: str) -> str:
        assert len(secret) > 8
        self.known[name] = secret
        return secret

    def api(self, method: str, path: str, token: str = "", **more: object) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        cookies = httpx.Client(base_url=self.browser.base_url, timeout=30)
        return cookies.request(method, f"/api/v1{path}", headers=headers, **more)  # type: ignore[arg-type]

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self.send(self.browser.get(path), **fields)

    def send(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """The form of a page; the token against forgery is in it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        assert token, page.text[:500]
        return self.browser.post(page.url, data={"csrfmiddlewaretoken": token[1], **fields})

    def link(self, part: str) -> str:
        wait_until(lambda: any(part in text for text in self.mail.texts))
        found = re.search(rf"https?://\S+{part}\S+", "\n".join(reversed(self.mail.texts)))
        assert found
        return urlsplit(found[0]).path

    def sign_up_and_in(self) -> None:
        password = self.note("password", canary("Aa1-"))
        told = {"email": EMAIL, "name": "Ada", "password": password}
        assert self.api("POST", "/auth/register", json={**told, "email": "nobody"}).status_code == 422
        assert self.api("POST", "/auth/register", json=told).status_code == 201
        self.api("POST", "/auth/register", json={**told, "email": "refused@example.org"})
        confirm = self.link("/confirm-email/")
        self.note("confirmation", confirm.split("/")[-2])
        assert self.post(confirm).status_code == 200
        assert self.post("/accounts/login/", login=EMAIL, password=password).url.path == "/dashboard/"
        self.note("session", self.browser.cookies["sessionid"])

    def use_tokens(self) -> str:
        """An access token."""
        told = {"email": EMAIL, "password": self.known["password"]}
        wrong = self.note("wrong password", canary("Aa2-"))
        assert self.api("POST", "/auth/login", json={**told, "password": wrong}).status_code == 401
        assert self.api("POST", "/auth/login", content=f'{{"password": "{wrong}"').status_code >= 400
        assert self.api("GET", f"/auth/login?password={wrong}").status_code == 405
        first = self.api("POST", "/auth/login", json=told).json()
        second = self.api("POST", "/auth/refresh", json={"refresh_token": first["refresh_token"]}).json()
        for name, pair in (("first", first), ("second", second)):
            self.note(f"{name} access", pair["access_token"])
            self.note(f"{name} refresh", pair["refresh_token"])
        assert self.api("GET", "/auth/me", second["access_token"][:-3] + "AAA").status_code == 401
        told = {"name": "script", "scope": "read"}
        api_token = self.api("POST", "/auth/tokens", second["access_token"], json=told).json()["token"]
        self.note("api token", api_token)
        assert self.api("GET", "/auth/me", api_token).status_code == 200
        assert self.api("POST", "/projects", api_token, json={"name": "x"}).status_code == 403
        assert self.api("GET", f"/projects?access_token={api_token}", api_token[:-1]).status_code == 401
        assert self.api("GET", "/metrics", self.known["metrics"]).status_code == 200
        return str(second["access_token"])

    def keep_keys(self, access: str) -> None:
        key = self.note("llm key", f"sk-{canary()}")
        told = {"provider": "openai", "api_key": key}
        assert self.api("POST", "/settings/api-keys", access, json=told).status_code in (200, 201)
        assert self.api("POST", "/settings/api-keys", access, json={**told, "provider": "x"}).status_code == 422
        self.api("POST", "/settings/api-keys/openai/test", access)

    def be_told(self, access: str, standins: Standins) -> None:
        """By a webhook and by channels, to services that repeat what they are sent."""
        standins.messengers.mode = "echo"
        header = self.note("header of a webhook", canary())
        told = {"url": "https://hooks.slack.com/x", "events": ["job.completed"], "headers": {"X-Key": header}}
        webhook = self.api("POST", "/webhooks", access, json=told).json()
        self.note("secret of a webhook", webhook["secret"].removeprefix("whsec_"))
        rotated = self.api("POST", f"/webhooks/{webhook['id']}/rotate-secret", access).json()
        self.note("another secret of a webhook", rotated["secret"].removeprefix("whsec_"))
        assert self.api("POST", f"/webhooks/{webhook['id']}/test", access).status_code == 202
        topic, token = self.note("topic", canary()), self.note("token of a topic", f"tk_{canary()}")
        form = {"address": f"https://ntfy.example.org/{topic}", "token": token, "events": "job.completed"}
        slack = f"https://hooks.slack.com/services/T0000000/B0000000/{self.note('slack', canary())}"
        assert self.post("/settings/notifications/new/ntfy/", **{**form, "events": "no"}).status_code == 422
        for service, values in (("ntfy", form), ("slack", {**form, "address": slack}), ("email", form)):
            assert self.post(f"/settings/notifications/new/{service}/", **values).status_code == 200

    def collect(self, access: str, standins: Standins) -> None:
        project = self.api("POST", "/projects", access, json={"name": "Kettle"}).json()["id"]
        inside = self.note("in an address", canary())
        for url in (STEAM, f"https://ada:{inside}@store.steampowered.com/app/621?token={inside}"):
            self.api("POST", f"/projects/{project}/targets", access, json={"url": url})
        assert self.api("POST", f"/projects/{project}/scrape", access, json={}).status_code == 202
        wait_until(lambda: self.api("GET", "/scrape/running", access).json()["total"] == 0, seconds=60)
        wait_until(lambda: {"ntfy.example.org", "hooks.slack.com"} <= {seen.host for seen in standins.requests})
        wait_until(lambda: any("Job completed" in text or "reviews" in text for text in self.mail.texts))
        for form in ("json", "csv"):
            file = self.api("GET", f"/projects/{project}/results/export?format={form}", access)
            self.exports.append(file.content)
        self.exports.append(self.api("GET", "/auth/me/export", access).content)

    def turn_on_second_factor(self) -> None:
        path = "/settings/security/app/"
        page = self.post(f"/accounts/reauthenticate/?next={path}", password=self.known["password"])
        found = re.search(r'id="key" value="(\w+)"', page.text)
        assert found, page.url
        secret = self.note("totp", found[1])
        assert self.send(page, code=lasting_code_of(secret)).url.path != path
        told = {"email": EMAIL, "password": self.known["password"]}
        asked = self.api("POST", "/auth/login", json=told).json()
        self.note("mfa token", asked["mfa_token"])
        told = {"mfa_token": asked["mfa_token"], "code": "000000"}
        assert self.api("POST", "/auth/mfa", json=told).status_code == 401

    def visit_google(self) -> None:
        with httpx.Client(base_url=self.browser.base_url, timeout=30) as browser:
            consent = browser.get("/api/v1/oauth/google").headers["Location"]
            state = parse_qs(urlsplit(consent).query)["state"][0]  # no secret any more when it is kept: it is spent
            code = self.note("code", canary())
            assert browser.get(f"/api/v1/oauth/google/callback?code={code}&state={state}").status_code >= 400

    def forget_password(self) -> None:
        assert self.api("POST", "/auth/forgot-password", json={"email": EMAIL}).status_code == 200
        link = self.link("/password/reset/key/")
        self.note("reset link", link.split("/")[-2].partition("-")[2])
        new = self.note("new password", canary("Aa3-"))
        short = self.note("short password", canary("aa"))
        self.browser.cookies.clear()
        assert "Use upper and lower case" in self.post(link, password1=short, password2=short).text
        self.post(link, password1=new, password2=new)
        self.note("another session", self.browser.cookies["sessionid"])

    def meet_errors(self, studio: Studio) -> None:
        """Unexpected ones, on a page and at the API, and the ones of a Valkey that hangs."""
        told = {"email": EMAIL, "password": self.known["password"]}
        with MongoClient[dict[str, object]](embedded.MongoDB(studio.data_dir).url) as client:
            people = client["sentimatrix_studio"]["accounts_user"]
            people.update_one({"email": EMAIL}, {"$set": {"timezone": "No/Where"}})
            assert self.browser.get("/dashboard/").status_code == 500
            people.update_one({"email": EMAIL}, {"$set": {"password": 5}})
            assert self.api("POST", "/auth/login", json=told).status_code == 500
        valkey = studio.child("valkey-server")
        assert valkey is not None
        valkey.suspend()
        try:
            assert self.api("POST", "/auth/login", json=told).status_code == 503
        finally:
            valkey.resume()


def forms(secret: str) -> set[bytes]:
    return {form for text in (secret, quote(secret)) for form in (text.encode(), base64.b64encode(text.encode())[:-4])}


def kept_by_mongodb(url: str) -> Iterator[tuple[str, bytes]]:
    """All documents of all databases, what has been overwritten and deleted lately included: that is in the oplog."""
    with MongoClient[dict[str, object]](url) as client:
        for name in client.list_database_names():
            for collection in client[name].list_collection_names():
                yield f"{name}.{collection}", repr(list(client[name][collection].find())).encode()


def kept_by_valkey(url: str) -> Iterator[tuple[str, bytes]]:
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            yield "valkey", key + b" " + (client.dump(key) or b"")


def kept_on_disk(data_dir: Path) -> Iterator[tuple[str, bytes]]:
    """Logs, and what Valkey has ever been told; MongoDB compresses its files."""
    for path in data_dir.rglob("*"):
        with suppress(FileNotFoundError):  # it was there for a moment
            if path.is_file() and not path.is_relative_to(data_dir / "mongodb"):
                yield str(path.relative_to(data_dir)), path.read_bytes()


def test_no_secret_is_found_in_what_studio_keeps_and_writes(studio, mail, known, running_standins):
    running_standins.reset()
    ada = Visitor(studio, mail, known)
    ada.sign_up_and_in()
    access = ada.use_tokens()
    ada.keep_keys(access)
    ada.be_told(access, running_standins)
    ada.collect(access, running_standins)
    ada.visit_google()
    ada.turn_on_second_factor()
    ada.meet_errors(studio)
    ada.forget_password()
    places = [*kept_on_disk(studio.data_dir), *(("export", content) for content in ada.exports)]
    places += kept_by_mongodb(embedded.MongoDB(studio.data_dir).url)
    places += kept_by_valkey(embedded.Valkey(studio.data_dir).url)
    found = {
        f"{name} in {place}"
        for name, secret in known.items()
        for place, content in places
        if any(form in content for form in forms(secret))
    }
    said = b"".join(content for place, content in places if place in ("logs/web.log", "logs/worker.log"))
    assert len(known) > 20
    assert {place for place, _ in places} >= {"logs/web.log", "logs/worker.log", "logs/mongodb.log", "valkey", OPLOG}
    assert any(b"Kettle" in content for place, content in places if place == OPLOG)  # the search is able to find
    assert sorted(found) == []
    assert b"ZoneInfoNotFoundError" in said
    assert b'"route": "account_reset_password_from_key"' in said
    assert EMAIL.encode() not in said
