"""The services that bring people messages, as they truly answer."""

from aiohttp import web

from tests.standins import pages

SLACK, DISCORD, TEAMS, NTFY = "hooks.slack.com", "discord.com", "prod-12.westeurope.logic.azure.com", "ntfy.example.org"
Said = tuple[int, str]

GOOD: dict[str, Said] = {SLACK: (200, "ok"), DISCORD: (204, ""), TEAMS: (202, ""), NTFY: (200, '{"id": "1"}')}
GONE: dict[str, Said] = {
    SLACK: (404, "no_service"),
    DISCORD: (404, '{"message": "Unknown Webhook", "code": 10015}'),
    TEAMS: (404, '{"error": {"code": "WorkflowNotFound", "message": "The workflow could not be found."}}'),
    NTFY: (410, ""),
}
LIMITED: dict[str, Said] = {
    SLACK: (429, "rate_limited"),
    DISCORD: (429, '{"message": "You are being rate limited.", "retry_after": 7, "global": false}'),
    TEAMS: (429, '{"error": {"code": "WorkflowRunActionRateLimitExceeded"}}'),
    NTFY: (429, '{"code": 42901, "http": 429, "error": "limit reached: too many requests"}'),
}


class Messengers:
    """``mode`` is how they answer: ok, gone, limited (for 7 seconds), echo (an error that repeats what was sent), echo
    in headers (there as well), and those of ``pages``. ``modes`` says it of one host alone."""

    hosts = (SLACK, DISCORD, TEAMS, NTFY)

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"
        self.modes: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        mode = self.modes.get(request.host.partition(":")[0], self.mode)
        if bad := pages.common(mode):
            return bad
        if mode.startswith("echo"):
            sent = f"{request.url} {request.path_qs} {dict(request.headers)} {await request.text()}"
            return web.Response(status=500, text=sent, headers={"X-Echo": request.path_qs} if "headers" in mode else {})
        status, text = {"gone": GONE, "limited": LIMITED}.get(mode, GOOD)[request.host.partition(":")[0]]
        return web.Response(status=status, text=text, headers={"Retry-After": "7"} if status == 429 else {})
