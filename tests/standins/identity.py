"""Google and GitHub as sites one signs in with: they ask for consent, hand out codes, and check what they are told.

As in life, a code is good once, for the client and the address it was asked for, and with the verifier whose hash was
sent ahead. ID tokens are signed, and the key to look at them with is at ``/oauth2/v3/certs``.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENTS = {"google-client": "google-secret-0123456789", "github-client": "github-secret-0123456789"}
START_WITHIN = 60.0


@dataclass
class Person:
    """Who is signed in at the provider."""

    uid: str = "1001"
    name: str = "Grace Hopper"
    email: str = "grace@example.org"
    verified: bool = True


@dataclass(frozen=True)
class Given:
    """What a code was given for."""

    client_id: str
    redirect_uri: str
    challenge: str


class IdentityProviders:
    """``consent`` is what the person does: yes, no, or look at the page and decide. ``forge`` signs with a wrong key.

    >>> with IdentityProviders() as providers:
    ...     providers.person.verified = False
    """

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.reset()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="identity providers", daemon=True)

    def reset(self) -> None:
        """As at the start."""
        self.person, self.consent, self.forge, self.is_down = Person(), "yes", False, False
        self.codes: dict[str, Given] = {}
        self.tokens: set[str] = set()
        self.complaints: list[str] = []

    @property
    def environment(self) -> dict[str, str]:
        """What a site must be told to be led here."""
        return {
            **{f"{client.partition('-')[0].upper()}_CLIENT_ID": client for client in CLIENTS},
            **{f"{client.partition('-')[0].upper()}_CLIENT_SECRET": secret for client, secret in CLIENTS.items()},
            "GOOGLE_URL": self.url,
            "GITHUB_URL": self.url,
        }

    def __enter__(self) -> "IdentityProviders":
        self._thread.start()
        self.url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(START_WITHIN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(START_WITHIN)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_WITHIN)
        self._loop.close()

    async def _start(self) -> str:
        site = web.Application()
        for path in ("/o/oauth2/v2/auth", "/login/oauth/authorize"):
            site.router.add_get(path, self._authorize)
        for path in ("/token", "/login/oauth/access_token"):
            site.router.add_post(path, self._token)
        site.router.add_get("/oauth2/v3/certs", self._certs)
        site.router.add_get("/api/v3/user", self._of_token(self._user))
        site.router.add_get("/api/v3/user/emails", self._of_token(self._emails))
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        if complaint := self._wrong_with(asked):
            self.complaints.append(complaint)
            return web.Response(status=400, text=complaint)
        if self.consent == "no":
            return self._back(asked, error="access_denied")
        code = secrets.token_urlsafe(16)
        self.codes[code] = Given(asked["client_id"], asked["redirect_uri"], asked["code_challenge"])
        if self.consent == "yes":
            return self._back(asked, code=code)
        yes = escape(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        page = (
            f"<!doctype html><html lang=en><title>Consent</title><main><h1>Consent</h1><a href='{yes}'>Allow</a></main>"
        )
        return web.Response(text=page, content_type="text/html")

    def _wrong_with(self, asked: Any) -> str:
        if asked.get("client_id") not in CLIENTS:
            return "unknown client"
        if asked.get("response_type") != "code" or not asked.get("state"):
            return "no state"
        return "" if asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") else "no PKCE"

    def _back(self, asked: Any, **said: str) -> web.Response:
        address = f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked['state']})}"
        return web.Response(status=302, headers={"Location": address})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if self.is_down:
            return web.Response(status=503, text="Service unavailable")
        said = await request.post()
        given = self.codes.pop(str(said.get("code")), None)
        digest = hashlib.sha256(str(said.get("code_verifier", "")).encode()).digest()
        verifier_fits = given and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == given.challenge
        client = str(said.get("client_id"))
        if not given or not verifier_fits or CLIENTS.get(client) != said.get("client_secret"):
            return web.json_response({"error": "invalid_grant"}, status=400)
        if (client, said.get("redirect_uri")) != (given.client_id, given.redirect_uri):
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        answer = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        return web.json_response({**answer, "id_token": self._id_token(client)} if request.path == "/token" else answer)

    def _id_token(self, client: str) -> str:
        now, person = int(time.time()), self.person
        claims = {
            "iss": self.url,
            "aud": client,
            "sub": person.uid,
            "iat": now,
            "exp": now + 3600,
            "email": person.email,
            "email_verified": person.verified,
            "name": person.name,
            "given_name": person.name.split()[0],
            "family_name": person.name.split()[-1],
        }
        key = self.other_key if self.forge else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "first"})

    async def _certs(self, request: web.Request) -> web.StreamResponse:
        jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return web.json_response({"keys": [{**jwk, "kid": "first", "use": "sig", "alg": "RS256"}]})

    def _of_token(self, answer: Callable[[], Any]) -> Callable[[web.Request], Any]:
        async def checked(request: web.Request) -> web.StreamResponse:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() not in ("token", "bearer") or token not in self.tokens:
                return web.json_response({"message": "Bad credentials"}, status=401)
            return web.json_response(answer())

        return checked

    def _user(self) -> dict[str, Any]:
        return {"id": int(self.person.uid), "login": "grace", "name": self.person.name, "email": None}

    def _emails(self) -> list[dict[str, Any]]:
        second = {"email": "grace@users.noreply.example.org", "primary": False, "verified": self.person.verified}
        return [second, {"email": self.person.email, "primary": True, "verified": self.person.verified}]
