"""Yelp: the page of a business, with its reviews in a cache of Apollo's and as cards."""

import json
from html import escape
from typing import Any

from aiohttp import web

from tests.standins import pages

SLUG = "kettle-house-san-francisco"
PER_PAGE = 10


class Yelp(pages.Site):
    """Modes of its own: cards (without data), older (a cache that points by ``id``), odd (a count, and nothing
    counted)."""

    hosts = ("www.yelp.com",)

    def walls(self) -> dict[str, web.Response | str]:
        return {"captcha": pages.page(pages.DATADOME, 403)}

    def good(self, request: web.Request) -> web.StreamResponse:
        if request.path != f"/biz/{SLUG}":
            return pages.page(pages.GONE, 404)
        start = int(request.query.get("start", "0"))
        count = 0 if self.mode == "empty" else self.count
        shown = list(self.numbers(start, PER_PAGE)) if self.mode != "odd" else []
        cards = "".join(self._card(one) for one in shown)
        described = {"@type": "Restaurant", "name": "Kettle House", "aggregateRating": {"reviewCount": count}}
        data = self._cache(count, shown) if self.mode != "cards" else ""
        return self.shown(
            '<meta name="yelp-biz-id" content="b1">'
            f'<script type="application/ld+json">{json.dumps(described)}</script>'
            f'<section aria-label="Recommended Reviews"><ul class="list__09f24">{cards}</ul></section>{data}',
            "Kettle House - San Francisco",
        )

    def _cache(self, count: int, shown: list[int]) -> str:
        """As Apollo lays it into the page: in a comment."""
        pointer = "id" if self.mode == "older" else "__ref"
        known: dict[str, Any] = {
            "ROOT_QUERY": {"__typename": "Query"},
            "Business:b2": {"__typename": "Business", "encid": "b2", "reviewCount": 4_321},
            "Business:b1": {"__typename": "Business", "encid": "b1", "reviewCount": count},
            "Review:neighbour": {
                "__typename": "Review",
                "encid": "neighbour",
                "rating": 1,
                "text": {"full": "Not about this house.", "language": "en"},
                "business": {pointer: "Business:b2"},
            },
        }
        for number in shown:
            identity = f"aBcDeFgHiJkLmNoPqRs{number:03}"
            points = {name: {pointer: f"${name}.{identity}"} for name in ("text", "author", "createdAt")}
            points["business"] = {pointer: "Business:b1"}
            known[f"Review:{identity}"] = {
                "__typename": "Review",
                "encid": identity,
                "rating": 5 - number % 5,
                **points,
            }
            words = escape(self.words(number), quote=False).replace("\n", "<br>")
            known[f"$text.{identity}"] = {"__typename": "ReviewText", "full": words, "language": "en"}
            known[f"$createdAt.{identity}"] = {"utcDateTime": f"2024-03-{28 - number % 28:02}T10:20:30Z"}
            known[f"$author.{identity}"] = {
                "displayName": f"Cleo {number}.",
                "displayLocation": "Oakland, CA",
                "reviewCount": 12,
            }
        laid = pages.embedded(known, "data-apollo-state")
        return laid.replace('json">', 'json"><!--').replace("</script>", "--></script>")

    def _card(self, number: int) -> str:
        words = escape(self.words(number)).replace("\n", "<br>")
        return f"""<li class="y-css-1sqelp2"><div class="user-passport-info y-css-8x4us"><span class="fs-block">
<a href="/user_details?userid=uSeR-0000000000{number:03}">Cleo {number}.</a></span></div>
<div class="y-css-dnttlc" role="img" aria-label="{5 - number % 5} star rating"></div>
<span class="y-css-chan6m">Mar {28 - number % 28}, 2024</span>
<p class="comment__09f24__D0cxf"><span class="raw__09f24__T4Ezm" lang="en">{words}</span></p></li>"""
