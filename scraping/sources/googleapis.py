"""How Google's interfaces say what went wrong: ``{"error": {"code", "message", "status", "errors", "details"}}``.

``errors[].reason`` is the older way (``quotaExceeded``), ``details[].reason`` the newer one (``API_KEY_INVALID``); one
answer may hold both. Gathered from Google's reference; none of it could be tried against the live service.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from integrations.outbound import Response
from scraping.sources.outcomes import Failure, Outcome

NOT_ENABLED = "Google accepts the key, but this interface is not enabled for its project, or the key is kept from it."
RESTRICTED = "Google accepts the key from other addresses than this one only."
KEY_REFUSED = {
    **dict.fromkeys(("keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_EXPIRED"), ""),
    **dict.fromkeys(("accessNotConfigured", "SERVICE_DISABLED", "API_KEY_SERVICE_BLOCKED"), NOT_ENABLED),
    **dict.fromkeys(("ipRefererBlocked", "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED"), RESTRICTED),
}
BY_REASON = {
    **dict.fromkeys(("quotaExceeded", "dailyLimitExceeded", "BILLING_DISABLED"), Outcome.QUOTA_EXCEEDED),
    **dict.fromkeys(("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"), Outcome.RATE_LIMITED),
    **dict.fromkeys(("videoNotFound", "notFound"), Outcome.NOT_FOUND),
    **dict.fromkeys(("backendError", "internalError", "processingFailure"), Outcome.NETWORK),
    "forbidden": Outcome.LOGIN_REQUIRED,
}
BY_STATUS = {
    "UNAUTHENTICATED": Outcome.INVALID_KEY,
    "RESOURCE_EXHAUSTED": Outcome.QUOTA_EXCEEDED,
    "NOT_FOUND": Outcome.NOT_FOUND,
    "UNAVAILABLE": Outcome.NETWORK,
    "INTERNAL": Outcome.NETWORK,
}


def explain(provider: str) -> Callable[[Response], Failure | None]:
    """For ``Fetcher.get``: what an error means where the key of this provider is used."""
    return lambda response: _failure(response, provider)


def _failure(response: Response, provider: str) -> Failure | None:
    if response.status < 400 or not (error := _error(response)):
        return None
    said = list(_reasons(error))
    if refused := next((reason for reason in said if reason in KEY_REFUSED), None):
        return Failure(Outcome.INVALID_KEY, KEY_REFUSED[refused], provider=provider)
    outcome = next((BY_REASON[reason] for reason in said if reason in BY_REASON), None)
    outcome = outcome or BY_STATUS.get(str(error.get("status")))
    return replace(Failure.passing(outcome), provider=provider) if outcome else None


def _error(response: Response) -> dict[str, Any]:
    try:
        data = response.json()
    except (ValueError, RecursionError):
        return {}
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, dict) else {}


def _reasons(error: dict[str, Any]) -> Iterator[str]:
    for name in ("errors", "details"):
        several = error.get(name)
        for one in several if isinstance(several, list) else []:
            if isinstance(one, dict) and isinstance(one.get("reason"), str):
                yield one["reason"]
