"""Trustpilot: the page of a company, with its reviews as data and as cards."""

from html import escape
from typing import Any

from aiohttp import web

from tests.standins import pages

DOMAIN = "shop.example"
PER_PAGE = 20


class Trustpilot(pages.Site):
    """Modes of its own: walled later (from the second page on), cards (without data), odd (a count, and nothing
    counted), older (a count in an object)."""

    hosts = ("www.trustpilot.com",)
    entrances = ("/users/connect",)
    total = 45

    def walls(self) -> dict[str, web.Response | str]:
        return {"sign in": pages.moved("/users/connect?redirect=%2Freview")}

    def good(self, request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "1"))
        if request.path != f"/review/{DOMAIN}":
            return pages.page(pages.GONE, 404)
        if self.mode == "walled later" and number > 1:
            return pages.moved("/users/connect?redirect=%2Freview&source_cta=pagination")
        count = 0 if self.mode == "empty" else self.count
        start = (number - 1) * PER_PAGE
        shown = list(self.numbers(start, PER_PAGE)) if self.mode != "odd" else []
        cards = "".join(self._card(one) for one in shown)
        further = '<a name="pagination-button-next" href="?page=x">Next page</a>' if start + PER_PAGE < count else ""
        data = pages.embedded(self._data(number, count, shown), 'id="__NEXT_DATA__"') if self.mode != "cards" else ""
        return self.shown(f'<div id="__next"><main>{cards}{further}</main></div>{data}', f"{DOMAIN} Reviews")

    def _data(self, number: int, count: int, shown: list[int]) -> dict[str, Any]:
        unit = {
            "id": "4f",
            "displayName": "Shop",
            "identifyingName": DOMAIN,
            "numberOfReviews": count,
            "trustScore": 4.1,
        }
        turned = {"currentPage": number, "perPage": PER_PAGE, "totalCount": count, "totalPages": -(-count // PER_PAGE)}
        properties: dict[str, Any] = {"businessUnit": unit, "reviews": [self._review(one) for one in shown]}
        properties["filters"] = {"pagination": turned, "selected": {"languages": "all"}}
        return {"props": {"pageProps": properties, "locale": "en-US"}, "page": "/review/[businessUnit]", "query": {}}

    def _review(self, number: int) -> dict[str, Any]:
        published = f"2024-03-{28 - number % 28:02}T11:23:40.000Z"
        return {
            "id": f"65718f1ba9549dd90f39{number:04}",
            "text": self.words(number),
            "rating": 5 - number % 5,
            "labels": {"verification": {"isVerified": number % 2 == 0, "verificationLevel": "invited"}},
            "title": "Quick & kind",
            "likes": 0,
            "dates": {"experiencedDate": None, "publishedDate": published, "updatedDate": None},
            "consumer": {"id": "56", "displayName": f"Dean {number}", "numberOfReviews": 4, "countryCode": "DK"},
            "reply": {"message": "Thank you!", "publishedDate": published} if number == 1 else None,
            "language": "en",
        }

    def _card(self, number: int) -> str:
        review = self._review(number)
        return f"""<article data-service-review-card-paper="true"><a href="/users/56"><span
data-consumer-name-typography="true">{review["consumer"]["displayName"]}</span></a>
<div data-service-review-rating="{review["rating"]}"><img alt="Rated {review["rating"]} out of 5 stars"></div>
<time datetime="{review["dates"]["publishedDate"]}">some days ago</time>
<a href="/reviews/{review["id"]}"><h2 data-service-review-title-typography="true">{escape(review["title"])}</h2></a>
<p data-service-review-text-typography="true">{escape(review["text"]).replace(chr(10), "<br>")}</p></article>"""
