"""The services keys are for, as far as one asks them whether a key is good: in the forms they really answer in.

Any key that begins with ``GOOD`` is good. Others are refused as each service does it, and some of them repeat the key.
"""

import base64
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.standins import pages

GOOD = "good-"
Json = Any


@dataclass(frozen=True)
class Service:
    """``refusal`` and ``used_up`` are a status and what comes with it; ``{key}`` in it is the key that was sent."""

    host: str
    path: str
    good: Json
    refusal: tuple[int, Json]
    used_up: tuple[int, Json] | None = None
    is_open: bool = False  # to those who send no key, too
    headers: dict[str, str] = field(default_factory=dict)  # that have to come along


def models(*names: str) -> Json:
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 1, "owned_by": "x"} for name in names],
    }


def openai_error(message: str, kind: str, code: str | None = None) -> Json:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def google_error(code: int, message: str, status: str, reason: str = "") -> Json:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    return {"error": {"code": code, "message": message, "status": status, "details": details}}


NOT_VALID = google_error(400, "API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", "API_KEY_INVALID")
OVER_QUOTA = google_error(429, "You exceeded your current quota, please check your plan.", "RESOURCE_EXHAUSTED")
QUOTA_OF_VIDEOS = google_error(
    403,
    'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started#quota">'
    "quota</a>.",
    "PERMISSION_DENIED",
)
SPENT = openai_error(
    "You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "insufficient_quota",
)
INCORRECT = openai_error(
    "Incorrect API key provided: {key}. You can find your API key at https://platform.openai.com/account/api-keys.",
    "invalid_request_error",
    "invalid_api_key",
)
DEEPSEEK = {"is_available": True, "balance_infos": [{"currency": "USD", "total_balance": "4.20"}]}
OPENROUTER = {"data": {"label": "sk-or-v1-au7...890", "limit": 100, "usage": 25.5, "limit_remaining": 74.5}}
SCRAPERAPI = {"concurrencyLimit": 20, "concurrentRequests": 0, "requestCount": 12, "requestLimit": 1000}
SCRAPINGBEE = {"max_api_credit": 1000, "used_api_credit": 42, "max_concurrency": 5, "current_concurrency": 0}
BRIGHTDATA = {"status": "active", "customer": "hl_1", "can_make_requests": True, "auth_fail_reason": "", "ip": "::1"}
SERPAPI = {"account_id": "5a", "api_key": "{key}", "account_email": "x@example.org", "total_searches_left": 99}
VIDEOS = {"kind": "youtube#videoListResponse", "items": [{"kind": "youtube#video", "id": "jNQXAC9IVRw"}]}

SERVICES = {
    "groq": Service(
        "api.groq.com",
        "/openai/v1/models",
        models("openai/gpt-oss-20b"),
        (401, openai_error("Invalid API Key", "invalid_request_error", "invalid_api_key")),
        (429, openai_error("Rate limit reached on tokens per day. Upgrade at …/settings/billing", "tokens")),
    ),
    "openai": Service("api.openai.com", "/v1/models", models("gpt-4o-mini"), (401, INCORRECT), (429, SPENT)),
    "anthropic": Service(
        "api.anthropic.com",
        "/v1/models",
        {"data": [{"type": "model", "id": "claude-haiku-4-5"}], "has_more": False},
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
        (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is low"}}),
        headers={"anthropic-version": "2023-06-01"},
    ),
    "gemini": Service(
        "generativelanguage.googleapis.com",
        "/v1beta/openai/models",
        models("models/gemini-2.5-flash"),
        (400, [NOT_VALID]),
        (429, [OVER_QUOTA]),
    ),
    "mistral": Service(
        "api.mistral.ai",
        "/v1/models",
        models("mistral-small-latest"),
        (401, {"message": "Unauthorized", "request_id": "1"}),
        (429, {"object": "error", "message": "Usage limit reached for this month", "code": "1300"}),
    ),
    "deepseek": Service(
        "api.deepseek.com",
        "/user/balance",
        DEEPSEEK,
        (401, openai_error("Authentication Fails, Your api key: {key} is invalid", "authentication_error")),
        (200, {**DEEPSEEK, "is_available": False}),
    ),
    "together": Service(
        "api.together.xyz",
        "/v1/models",
        [{"id": "openai/gpt-oss-120b", "object": "model", "type": "chat"}],
        (401, openai_error("Invalid API key provided. You can find your API key at …", "invalid_request_error")),
        (402, openai_error("Credit limit exceeded, please navigate to …/settings/billing", "credit_limit")),
    ),
    "fireworks": Service(
        "api.fireworks.ai",
        "/inference/v1/models",
        models("accounts/fireworks/models/gpt-oss-20b"),
        (403, {"error": "unauthorized"}),
        (412, {"error": {"message": "Account is suspended, possibly due to reaching the monthly spending limit"}}),
    ),
    "openrouter": Service(
        "openrouter.ai",
        "/api/v1/key",
        OPENROUTER,
        (401, {"error": {"message": "User not found.", "code": 401}}),
        (200, {"data": {**OPENROUTER["data"], "limit_remaining": 0}}),
    ),
    "cerebras": Service(
        "api.cerebras.ai",
        "/v1/models",
        models("gpt-oss-120b"),
        (401, {"message": "Wrong API Key", "type": "invalid_request_error", "code": "wrong_api_key"}),
        (429, {"message": "Tokens per day limit exceeded", "param": "quota", "code": "token_quota_exceeded"}),
    ),
    "ollama": Service(
        "ollama.example.org", "/api/tags", {"models": [{"name": "llama3.2:3b", "size": 1}]}, (401, {}), is_open=True
    ),
    "lmstudio": Service(
        "lmstudio.example.org", "/v1/models", models("qwen3-8b"), (401, openai_error("Bad key", "auth")), is_open=True
    ),
    "compatible": Service(
        "models.example.org",
        "/v1/models",
        models("mistral-7b"),
        (401, {"error": "Unauthorized: token {key} is not known"}),
    ),
    "scraperapi": Service(
        "api.scraperapi.com",
        "/account",
        SCRAPERAPI,
        (200, "Unauthorized request, please make sure your API key is valid. You sent {key}"),
        (200, {**SCRAPERAPI, "requestCount": 1000}),
    ),
    "apify": Service(
        "api.apify.com",
        "/v2/users/me",
        {"data": {"id": "YiKoxjkaS9gjGTqhF", "username": "somebody"}},
        (401, {"error": {"type": "user-or-token-not-found", "message": "User was not found or token is not valid"}}),
        (402, {"error": {"type": "not-enough-usage", "message": "By launching this job you will exceed your limit"}}),
    ),
    "scrapingbee": Service(
        "app.scrapingbee.com",
        "/api/v1/usage",
        SCRAPINGBEE,
        (401, {"message": "Invalid api key: {key}"}),
        (200, {**SCRAPINGBEE, "used_api_credit": 1000}),
    ),
    "brightdata": Service(
        "api.brightdata.com",
        "/status",
        BRIGHTDATA,
        (401, {"error": "Invalid credentials"}),
        (200, {**BRIGHTDATA, "status": "suspended"}),
    ),
    "youtube": Service("www.googleapis.com", "/youtube/v3/videos", VIDEOS, (400, NOT_VALID), (403, QUOTA_OF_VIDEOS)),
    "google_places": Service(
        "places.googleapis.com",
        "/v1/places/ChIJN1t_tDeuEmsRUsoyG83frY4",
        {"id": "ChIJN1t_tDeuEmsRUsoyG83frY4"},
        (400, NOT_VALID),
        (429, OVER_QUOTA),
        headers={"X-Goog-FieldMask": "id"},
    ),
    "serpapi": Service(
        "serpapi.com",
        "/account.json",
        SERPAPI,
        (401, {"error": "Invalid API key. Your API key should be here: https://serpapi.com/manage-api-key"}),
        (200, {**SERPAPI, "total_searches_left": 0}),
    ),
}


class Providers:
    """``mode`` is how all of them answer: ok, used up, echo (an error that repeats the key in many ways), and those of
    ``pages``."""

    hosts = tuple(service.host for service in SERVICES.values())

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        service = next(one for one in SERVICES.values() if one.host == request.host)
        key = key_of(request)
        if bad := pages.common(self.mode):
            return bad
        if self.mode == "echo":
            return said((500, echo(key)), key)
        if request.path != service.path or not service.headers.items() <= dict(request.headers).items():
            return web.json_response({"error": {"message": "Not Found"}}, status=404)
        if self.mode == "used up" and service.used_up:
            return said(service.used_up, key)
        is_good = key.startswith(GOOD) or (service.is_open and not key)
        return said((200, service.good) if is_good else service.refusal, key)


def key_of(request: web.Request) -> str:
    """Wherever services want it."""
    found = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return (
        found
        or request.headers.get("x-api-key")
        or request.headers.get("X-Goog-Api-Key")
        or request.query.get("api_key", "")
    )


def echo(key: str) -> Json:
    encoded = base64.b64encode(key.encode()).decode()
    return {"error": {"message": f"{key} {key[:20]}*** '{key[5:]}' {key.upper()} {encoded} {{key}}"}}


def said(answer: tuple[int, Json], key: str) -> web.Response:
    status, content = answer
    if isinstance(content, str):
        return web.Response(status=status, text=content.replace("{key}", key))
    return web.json_response(_with_key(content, key), status=status)


def _with_key(content: Json, key: str) -> Json:
    if isinstance(content, dict):
        return {name: _with_key(value, key) for name, value in content.items()}
    if isinstance(content, list):
        return [_with_key(value, key) for value in content]
    return content.replace("{key}", key) if isinstance(content, str) else content
