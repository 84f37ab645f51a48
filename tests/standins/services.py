"""Commercial services that fetch pages: each takes requests and answers in its own form, with the page of the stand-in
for the site it was asked about, or with what it says when it has none."""

import base64
import json
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from tests.standins.youtube import GOOD

USER = "good-user"
ZONE = "web_unlocker1"
COSTS = {"scraperapi": 1, "scrapingbee": 5, "scrapingant": 10}
HTML = {"Content-Type": "text/html; charset=utf-8"}


class Services:
    """``mode`` is how all of them answer: ok, used up, busy (too many requests at once), failing (they did not get the
    page), banned (the site noticed), lying (a bad key is told with status 200, as of ScraperAPI), garbled, and
    oversized. ``shown`` is what was asked for, in the service's own words."""

    hosts = (
        *("api.scraperapi.com", "app.scrapingbee.com", "api.scrapingant.com", "api.zyte.com", "api.brightdata.com"),
        *("realtime.oxylabs.io", "api.apify.com"),
    )

    def __init__(self) -> None:
        self.sites_port = 0
        self.reset()

    def reset(self) -> None:
        self.mode = "ok"
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: web.Request) -> web.StreamResponse | None:
        """None for the test of a key, which has an address of its own."""
        name = {
            ("api.scraperapi.com", "/"): "scraperapi",
            ("app.scrapingbee.com", "/api/v1/"): "scrapingbee",
            ("api.scrapingant.com", "/v2/general"): "scrapingant",
            ("api.zyte.com", "/v1/extract"): "zyte",
            ("api.brightdata.com", "/request"): "brightdata",
            ("realtime.oxylabs.io", "/v1/queries"): "oxylabs",
        }.get((request.host, request.path), "apify" if request.path.startswith("/v2/acts/") else "")
        if not name:
            return None
        answer: web.StreamResponse = await getattr(self, f"_{name}")(request)
        return answer

    async def _page(self, url: str) -> tuple[int, bytes, str]:
        """As the site answers: status, body, and where it came from in the end."""
        site = URL(url)
        local = site.with_scheme("http").with_host("127.0.0.1").with_port(self.sites_port)
        async with aiohttp.ClientSession() as session:
            for _ in range(5):
                headers = {"Host": str(site.host)}
                async with session.get(local, headers=headers, allow_redirects=False) as answer:
                    if "Location" not in answer.headers:
                        return answer.status, await answer.read(), str(site)
                    site = site.join(URL(answer.headers["Location"]))
                    local = site.with_scheme("http").with_host("127.0.0.1").with_port(self.sites_port)
        return 508, b"", str(site)

    async def _scraperapi(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        self.asked.append(asked)
        if not request.headers.get("x-sapi-api_key", "").startswith(GOOD):
            words = "Unauthorized request, please make sure your API key is valid."
            return web.Response(status=200 if self.mode == "lying" else 401, text=words)
        refusals = {
            "used up": (403, "You have exhausted the API Credits available in this monthly cycle."),
            "busy": (429, "You are sending requests too fast."),
            "failing": (500, "Request failed. You will not be charged for this request."),
            "banned": (500, "Request failed. You will not be charged for this request."),
        }
        if self.mode in refusals:
            return web.Response(status=refusals[self.mode][0], text=refusals[self.mode][1])
        status, body, where = await self._page(asked["url"])
        told = {"sa-final-url": where, "sa-statusCode": str(status), "sa-credit-cost": str(COSTS["scraperapi"])}
        return web.Response(status=status, body=self._spoilt(body), headers={**told, **HTML})

    async def _scrapingbee(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        self.asked.append({name: value for name, value in asked.items() if name != "api_key"})
        if not asked.get("api_key", "").startswith(GOOD):
            return web.json_response({"message": f"Invalid api key: {asked.get('api_key')}"}, status=401)
        refusals = {
            "used up": (401, "No more credit available, please consider upgrading your plan."),
            "busy": (429, "Too many concurrent requests"),
            "failing": (500, "Error with your request, please try again."),
            "banned": (500, "Error with your request, please try again."),
        }
        if self.mode in refusals:
            return web.json_response({"message": refusals[self.mode][1]}, status=refusals[self.mode][0])
        status, body, where = await self._page(asked["url"])
        told = {"Spb-initial-status-code": str(status), "Spb-resolved-url": where, "Spb-cost": "5"}
        return web.Response(status=status, body=self._spoilt(body), headers={**told, **HTML})

    async def _scrapingant(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        self.asked.append(asked)
        if not request.headers.get("x-api-key", "").startswith(GOOD):
            return web.json_response({"detail": "Wrong API token."}, status=403)
        refusals = {
            "used up": (403, "The API credits limit has been reached."),
            "busy": (409, "Concurrent requests limit exceeded."),
            "failing": (404, "The requested URL is not reachable."),
            "banned": (423, "The anti-bot detection system has detected the request."),
        }
        if self.mode in refusals:
            return web.json_response({"detail": refusals[self.mode][1]}, status=refusals[self.mode][0])
        status, body, _ = await self._page(asked["url"])
        told = {"Ant-page-status-code": str(status), "Ant-credits-cost": "10"}
        return web.Response(status=200, body=self._spoilt(body), headers={**told, **HTML})

    async def _zyte(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        self.asked.append(asked)
        refusals = {
            "used up": (403, "/auth/account-suspended", "Account is suspended."),
            "busy": (429, "/limits/over-user-limit", "Too many requests."),
            "failing": (503, "/limits/over-global-limit", "Overloaded."),
            "banned": (520, "/download/temporary-error", "Website ban."),
        }
        is_good = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode().startswith(GOOD)
        refusal = refusals.get(self.mode) if is_good else (401, "/auth/key-not-found", "Authentication Error")
        if refusal:
            status, kind, title = refusal
            return web.json_response({"type": kind, "title": title, "status": status}, status=status)
        status, body, where = await self._page(asked["url"])
        page = self._spoilt(body)
        found: dict[str, Any] = {"url": where, "statusCode": status}
        if asked.get("browserHtml"):
            return web.json_response({**found, "browserHtml": page.decode()})
        headers = [{"name": "Content-Type", "value": HTML["Content-Type"]}, {"name": "Content-Encoding", "value": "br"}]
        encoded = base64.b64encode(page).decode()
        return web.json_response({**found, "httpResponseBody": encoded, "httpResponseHeaders": headers})

    async def _brightdata(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        self.asked.append(asked)
        if not request.headers.get("Authorization", "").removeprefix("Bearer ").startswith(GOOD):
            return web.Response(status=401, text="Invalid credentials")
        if asked["zone"] != ZONE:
            return web.Response(status=400, text="zone not found")
        refusals = {
            "used up": ("403", "Account is suspended", "policy_20000"),
            "busy": ("429", "Too many requests", "sr_rate_limit"),
            "failing": ("502", "Could not load the page", "document_load_failed"),
            "banned": ("502", "Blocked by the site", "reject_block"),
        }
        if self.mode in refusals:
            status, words, code = refusals[self.mode]
            told = {"x-brd-status-code": status, "x-brd-error": words, "x-brd-error-code": code}
            return web.Response(headers=told)
        page_status, body, _ = await self._page(asked["url"])
        return web.Response(body=self._spoilt(body), headers={"x-brd-status-code": str(page_status), **HTML})

    async def _oxylabs(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        self.asked.append(asked)
        user = base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()
        if user.partition(":")[0] != USER or not user.partition(":")[2].startswith(GOOD):
            return web.json_response({"message": "Client not found"}, status=401)
        refusals = {
            "used up": (429, "You have exceeded the monthly usage limit of your plan."),
            "busy": (429, "Too many requests"),
        }
        if self.mode in refusals:
            return web.json_response({"message": refusals[self.mode][1]}, status=refusals[self.mode][0])
        if self.mode in ("failing", "banned"):
            return web.json_response({"results": [{"content": "", "status_code": 613, "url": asked["url"]}]})
        status, body, where = await self._page(asked["url"])
        page = {"content": self._spoilt(body).decode(), "status_code": status, "url": where, "job_id": "1", "page": 1}
        return web.json_response({"results": [page]})

    async def _apify(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        self.asked.append({**asked, "actor": request.path.split("/")[3]})
        refusals = {
            "used up": (402, "not-enough-usage-to-run-paid-actor", "By launching this you will exceed your limit."),
            "busy": (429, "rate-limit-exceeded", "You have exceeded the rate limit."),
            "failing": (400, "run-failed", "The Actor run did not succeed."),
        }
        is_good = request.headers.get("Authorization", "").removeprefix("Bearer ").startswith(GOOD)
        refusal = refusals.get(self.mode) if is_good else (401, "user-or-token-not-found", "Token is not valid.")
        if refusal:
            status, kind, words = refusal
            return web.json_response({"error": {"type": kind, "message": words}}, status=status)
        url = asked["startUrls"][0]["url"]
        if self.mode == "banned":
            return web.json_response([{"#error": True, "#debug": {"statusCode": 403, "url": url}}], status=201)
        page_status, body, where = await self._page(url)
        page = {"url": where, "status": page_status, "body": self._spoilt(body).decode()}
        return web.json_response([page], status=201)

    def _spoilt(self, body: bytes) -> bytes:
        return b"<html>" + b" " * (6 * 2**20) if self.mode == "oversized" else body
