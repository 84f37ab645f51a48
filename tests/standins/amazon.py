"""Amazon: the list of reviews in the languages of its countries, the page of the product, and its own walls."""

from html import escape

from aiohttp import web

from projects.platforms import AMAZON_COUNTRIES
from tests.standins import pages

ASIN = "B08N5WRWNW"
PER_PAGE, SHOWN = 10, 8  # of the list, and on the page of the product
DAYS = {  # how a review of 5 March 2024 is dated, how its four stars are called, and how 25 reviews are counted
    "com": (
        "Reviewed in the United States on March {day}, 2024",
        "4.0 out of 5 stars",
        "1,234 total ratings, {count} with reviews",
    ),
    "de": (
        "Rezension aus Deutschland vom {day}. März 2024",
        "4,0 von 5 Sternen",
        "1.234 Gesamtbewertungen, {count} mit Rezensionen",
    ),
    "fr": (
        "Commenté en France le {day} mars 2024",
        "4,0 sur 5 étoiles",
        "1\u202f234 évaluations au total, {count} avec avis",
    ),
    "es": (
        "Revisado en España el {day} de marzo de 2024",
        "4,0 de 5 estrellas",
        "1.234 valoraciones totales, {count} con reseñas",
    ),
    "it": (
        "Recensito in Italia il {day} marzo 2024",
        "4,0 su 5 stelle",
        "1.234 valutazioni totali, {count} con recensioni",
    ),
    "nl": (
        "Beoordeeld in Nederland op {day} maart 2024",
        "4,0 van 5 sterren",
        "1.234 beoordelingen, {count} met recensies",
    ),
    "com.br": (
        "Avaliado no Brasil em {day} de março de 2024",
        "4,0 de 5 estrelas",
        "1.234 classificações totais, {count} com avaliações",
    ),
    "co.jp": (
        "2024年3月{day}日に日本でレビュー済み",
        "5つ星のうち4.0",
        "1,234件のグローバル評価、{count}件のレビュー",
    ),
    "pl": ("Zrecenzowano w Polsce {day} marca 2024", "4,0 z 5 gwiazdek", "1 234 oceny ogółem, {count} z opiniami"),
    "se": (
        "Recenserad i Sverige den {day} mars 2024",
        "4,0 av 5 stjärnor",
        "1 234 totalt antal betyg, {count} med recensioner",
    ),
    "com.tr": (
        "Türkiye'de {day} Mart 2024 tarihinde değerlendirildi",
        "5 yıldız üzerinden 4,0",
        "Toplam 1.234 puan, {count} yorum",
    ),
    "eg": (
        "تمت المراجعة في مصر في {day} مارس 2024",
        "4.0 من 5 نجوم",
        "إجمالي التصنيفات 1,234، {count} مراجعة",
    ),
    "cn": ("2024年3月{day}日 在中国审核", "4.0 颗星，最多 5 颗星", "1,234 总评分, {count} 条评论"),
}
BRITISH = ("Reviewed in the country on {day} March 2024", *DAYS["com"][1:])
SPANISH = ("com.mx",)
ROBOT_CHECK = """<!DOCTYPE html><html lang="en-us"><head><title dir="ltr">Amazon.com</title></head><body>
<!-- To discuss automated access to Amazon data please contact api-services-support@amazon.com. -->
<h4>Click the button below to continue shopping</h4><form method="get" action="/errors/validateCaptcha" name="">
<input type="hidden" name="amzn" value="x"><button type="submit">Continue shopping</button></form></body></html>"""
DOGS = """<!DOCTYPE html><html><head><title>503 - Service Unavailable Error</title></head><body>
<a href="/dogsofamazon/ref=cs_503_d"><img src="https://images-na.ssl-images-amazon.com/images/G/01/error/5.jpg"></a>
</body></html>"""
SIGN_IN = """<!DOCTYPE html><html><head><title>Amazon Sign-In</title></head><body>
<div id="authportal-main-section"><form name="signIn" method="post" action="https://www.amazon.com/ap/signin">
<input type="email" id="ap_email" name="email"></form></div></body></html>"""


class Amazon(pages.Site):
    """Modes of its own: walled list (which asks for a sign-in, while the product's page does not), walled later (from
    the second page of the list on), dogs (its page for programs), renamed (the names of parts of 2025), repeated
    (the first page for every other), odd (a count, and nothing counted)."""

    hosts = tuple(f"www.amazon.{domain}" for domain in AMAZON_COUNTRIES)
    entrances = ("/ap/signin",)

    def walls(self) -> dict[str, web.Response | str]:
        return {"captcha": ROBOT_CHECK, "sign in": pages.moved("/ap/signin?openid=x"), "dogs": pages.page(DOGS, 503)}

    def entrance(self) -> web.Response:
        return pages.page(SIGN_IN)

    def good(self, request: web.Request) -> web.StreamResponse:
        domain = request.host.removeprefix("www.amazon.")
        if request.path == f"/dp/{ASIN}":
            return self._product(domain)
        if request.path != f"/product-reviews/{ASIN}/":
            return pages.page(pages.GONE, 404)
        number = int(request.query["pageNumber"]) if self.mode != "repeated" else 1
        if self.mode == "walled list" or (self.mode == "walled later" and number > 1):
            return pages.moved("/ap/signin?openid=x")
        return self._list(domain, number)

    def _list(self, domain: str, number: int) -> web.Response:
        start = (number - 1) * PER_PAGE
        cards = [self._card(domain, one) for one in self.numbers(start, PER_PAGE)] if self.mode != "odd" else []
        count = 0 if self.mode == "empty" else self.count
        *_, counted = _locale(domain)
        further = f'<li class="a-last"><a href="?pageNumber={number + 1}">Next page</a></li>'
        last = '<li class="a-disabled a-last">Next page</li>'
        return self.shown(
            f'<div data-hook="cr-filter-info-review-rating-count" class="a-row">{counted.format(count=count)}</div>'
            f'<div id="cm_cr-review_list" class="a-section a-spacing-none review-views celwidget">{"".join(cards)}'
            f'<ul class="a-pagination">{further if start + PER_PAGE < count else last}</ul></div>'
        )

    def _product(self, domain: str) -> web.Response:
        cards = "".join(self._card(domain, one) for one in self.numbers(0, SHOWN))
        return self.shown(
            f'<span id="productTitle"> Kettle </span><span id="acrCustomerReviewText">{self.count:,} ratings</span>'
            f'<ul id="cm-cr-dp-review-list">{cards}</ul>'
        )

    def _card(self, domain: str, number: int) -> str:
        dated, stars, _ = _locale(domain)
        identity = f"R{number:04}ABCDEFGHI"
        title, body, rating = "review-title", "review-body", "review-star-rating"
        if self.mode == "renamed":
            title, body, rating = "reviewTitle", "reviewText", "cmps-review-star-rating"
        words = escape(self.words(number)).replace("\n\n", "<br><br>")
        verified = '<span data-hook="avp-badge">Verified Purchase</span>' if number % 2 == 0 else ""
        return f"""<div id="customer_review-{identity}" data-hook="review" class="a-section review aok-relative">
<a class="a-profile"><div class="a-profile-content"><span class="a-profile-name">Ann {number}</span></div></a>
<a data-hook="{title}" href="/gp/customer-reviews/{identity}/"><i data-hook="{rating}"
class="a-icon a-icon-star a-star-4 review-rating"><span class="a-icon-alt">{stars}</span></i>
<span>Kettle &amp; I</span></a><span data-hook="review-date">{dated.format(day=28 - number % 28)}</span>
<a data-hook="format-strip">Colour: Black<i class="a-icon a-icon-text-separator"></i>Size: 1.7 l</a>{verified}
<div data-hook="{body}"><span>{words}</span>
<span class="cr-translated-review-content aok-hidden">A translation</span>
<div class="a-expander-header"><a>Read more</a></div></div>
<span data-hook="helpful-vote-statement">1,203 people found this helpful</span></div>"""


def _locale(domain: str) -> tuple[str, str, str]:
    return DAYS["es"] if domain in SPANISH else DAYS.get(domain, BRITISH)
