"""IMDb: the page of reviews of a title, in its forms of three years, and where its button for more asks."""

import json
from html import escape
from typing import Any

from aiohttp import web

from tests.standins import pages

TITLE = "tt0133093"
PER_PAGE = 25


class Imdb(pages.Site):
    """Modes of its own: edges (the data of 2024), cards (without data), listers (the cards of before), odd (a count,
    and nothing counted), forgotten (the question for more is not known any longer)."""

    hosts = ("www.imdb.com", "caching.graphql.imdb.com")
    entrances = ("/registration/signin", "/ap/signin")
    total = 60

    def walls(self) -> dict[str, web.Response | str]:
        guard = web.Response(status=202, headers={"x-amzn-waf-action": "challenge"})
        return {"captcha": guard, "sign in": pages.moved("/registration/signin?u=x")}

    def good(self, request: web.Request) -> web.StreamResponse:
        if request.host == "caching.graphql.imdb.com":
            return self._further(request)
        if request.path != f"/title/{TITLE}/reviews/":
            return pages.page(pages.GONE, 404)
        shown = list(self.numbers(0, PER_PAGE)) if self.mode != "odd" else []
        count = 0 if self.mode == "empty" else self.count
        data = pages.embedded(self._data(shown), 'id="__NEXT_DATA__"') if self.mode not in ("cards", "listers") else ""
        card = self._lister if self.mode == "listers" else self._card
        cards = "".join(card(one) for one in shown)
        counted = f'<div data-testid="tturv-total-reviews">{count:,} reviews</div>'
        return self.shown(f"<main>{counted}{cards}</main>{data}", "The Kettle (1999) - User reviews - IMDb")

    def _further(self, request: web.Request) -> web.StreamResponse:
        asked = json.loads(request.query["variables"])
        if self.mode == "forgotten":
            return web.json_response({"errors": [{"message": "PersistedQueryNotFound"}]})
        start = int(asked.get("after", "after-0").removeprefix("after-"))
        return web.json_response({"data": {"title": {"reviews": self._edges(start, asked["first"])}}})

    def _edges(self, start: int, size: int) -> dict[str, Any]:
        numbers = self.numbers(start, size)
        info = {"hasNextPage": start + size < self.count, "endCursor": f"after-{start + size}"}
        return {"total": self.count, "edges": [{"node": self._node(one)} for one in numbers], "pageInfo": info}

    def _data(self, shown: list[int]) -> dict[str, Any]:
        if self.mode == "edges":
            content: dict[str, Any] = {"data": {"title": {"reviews": self._edges(0, PER_PAGE)}}}
        else:
            content = {"reviews": [{"review": self._review(one)} for one in shown]}
        return {"props": {"pageProps": {"contentData": content, "tconst": TITLE}}}

    def _html(self, number: int) -> str:
        return escape(self.words(number), quote=False).replace("\n", "<br/>")

    def _review(self, number: int) -> dict[str, Any]:
        return {
            "reviewId": f"rw{number:07}",
            "author": {"username": {"text": f"neo-{number}"}},
            "reviewSummary": "Whoa &amp; wow",
            "reviewText": self._html(number),
            "authorRating": 10 - number % 10,
            "submissionDate": f"2024-03-{28 - number % 28:02}",
            "spoiler": number == 1,
        }

    def _node(self, number: int) -> dict[str, Any]:
        return {
            "id": f"rw{number:07}",
            "author": {"nickName": f"neo-{number}"},
            "summary": {"originalText": "Whoa &amp; wow"},
            "text": {"originalText": {"plaidHtml": self._html(number)}},
            "authorRating": 10 - number % 10,
            "submissionDate": f"2024-03-{28 - number % 28:02}",
            "helpfulness": {"upVotes": 3, "downVotes": 1},
            "spoiler": number == 1,
        }

    def _card(self, number: int) -> str:
        return f"""<article class="user-review-item"><div data-testid="review-card-parent">
<span class="ipc-rating-star"><span class="ipc-rating-star--rating">{10 - number % 10}</span></span>
<a href="/review/rw{number:07}/"><div data-testid="review-summary"><h3>Whoa &amp; wow</h3></div></a>
<div class="ipc-html-content-inner-div">{self._html(number)}</div></div>
<div data-testid="reviews-author"><a data-testid="author-link" href="/user/ur1/">neo-{number}</a>
<ul><li class="review-date">Mar {28 - number % 28}, 2024</li></ul></div></article>"""

    def _lister(self, number: int) -> str:
        return f"""<div class="lister-item mode-detail imdb-user-review" data-review-id="rw{number:07}">
<span class="rating-other-user-rating"><span>{10 - number % 10}</span><span class="point-scale">/10</span></span>
<a href="/review/rw{number:07}/" class="title"> Whoa &amp; wow
</a><span class="display-name-link"><a href="/user/ur1/">neo-{number}</a></span>
<span class="review-date">{28 - number % 28} March 2024</span>
<div class="content"><div class="text show-more__control">{self._html(number)}</div></div></div>"""
