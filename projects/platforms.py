"""What a pasted address is: which platform, which thing on it, under which id.

A host is compared whole, never by its ending, and only the id that was found goes on: nothing of a pasted address is
ever fetched. Addresses were true when written; none could be tried against the live sites.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from django.core.exceptions import ValidationError

from projects.addresses import Address, parse
from projects.choices import Platform, TargetType

SHORT_LINKS = frozenset(
    {"a.co", "amzn.to", "amzn.eu", "amzn.asia", "g.co", "g.page", "goo.gl", "maps.app.goo.gl", "share.google", "s.team"}
)


@dataclass(frozen=True, slots=True)
class Detected:
    """A thing to collect from. ``external_id`` is the platform's own id; ``url`` its one canonical address."""

    platform: Platform
    detected_type: TargetType
    external_id: str
    url: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """How one platform is told by its hosts, who reads its addresses, and what an address should have been."""

    platform: Platform
    is_host: Callable[[str], object]
    find: Callable[[Address], Detected | None]
    wanted: str


def _one_of(hosts: str) -> Callable[[str], bool]:
    return frozenset(hosts.split()).__contains__


def detect(url: str) -> Detected:
    """What the address (with or without https://) or the Google place id is. Raises ValidationError saying why not."""
    text = url.strip()
    if PLACE_ID.fullmatch(text):
        return _place(text)
    address = parse(text)
    for site in SITES:
        if site.is_host(address.host):
            if found := site.find(address):
                return found
            raise ValidationError(f"This is {site.platform.label}, but not {site.wanted}.", code="path")
    if address.host in SHORT_LINKS:
        raise ValidationError(
            "A short link hides what it leads to: open it and copy the address you land on.", "short_link"
        )
    names = ", ".join(platform.label for platform in Platform if platform != Platform.FILE)
    raise ValidationError(f"{address.host} is none of the sites Studio knows: {names}.", code="host")


# Amazon

AMAZON_COUNTRIES = {
    "ae": "ae", "ca": "ca", "cn": "cn", "co.jp": "jp", "co.uk": "gb", "co.za": "za", "com": "us", "com.au": "au",
    "com.be": "be", "com.br": "br", "com.mx": "mx", "com.tr": "tr", "de": "de", "eg": "eg", "es": "es", "fr": "fr",
    "ie": "ie", "in": "in", "it": "it", "nl": "nl", "pl": "pl", "sa": "sa", "se": "se", "sg": "sg",
}  # fmt: skip
ASIN = re.compile(r"/(?:dp|gp/product|gp/aw/d|product-reviews|exec/obidos/asin)/([A-Z0-9]{10})(?:/|$)", re.IGNORECASE)


def _amazon_domain(host: str) -> str:
    """``co.uk`` of ``www.amazon.co.uk``; empty for any other host."""
    match = re.fullmatch(r"(?:(?:www|m|smile)\.)?amazon\.([a-z.]+)", host)
    return match[1] if match and match[1] in AMAZON_COUNTRIES else ""


def _amazon(address: Address) -> Detected | None:
    if not (match := ASIN.search(address.path)):
        return None
    asin, domain = match[1].upper(), _amazon_domain(address.host)
    options = {"country": AMAZON_COUNTRIES[domain]}
    return Detected(Platform.AMAZON, TargetType.PRODUCT, asin, f"https://www.amazon.{domain}/dp/{asin}", options)


# Steam


def _steam(address: Address) -> Detected | None:
    match = re.match(r"/(?:agecheck/)?app/([1-9]\d{0,9})(?:/|$)", address.path)
    if not match:
        return None
    return Detected(Platform.STEAM, TargetType.GAME, match[1], f"https://store.steampowered.com/app/{match[1]}/")


# YouTube

VIDEO_ID = re.compile(r"[A-Za-z0-9_-]{11}")


def _youtube(address: Address) -> Detected | None:
    if address.host.removeprefix("www.") == "youtu.be":
        candidate = address.path.strip("/").partition("/")[0]
    elif match := re.match(r"/(?:shorts|live|embed|v)/([^/]+)", address.path):
        candidate = match[1]
    else:
        candidate = address.parameter("v") if address.path.rstrip("/") == "/watch" else ""
    if not VIDEO_ID.fullmatch(candidate):
        return None
    return Detected(Platform.YOUTUBE, TargetType.VIDEO, candidate, f"https://www.youtube.com/watch?v={candidate}")


# Reddit


def _reddit(address: Address) -> Detected | None:
    if address.host == "redd.it":
        match = re.fullmatch(r"/([a-z0-9]{4,10})/?", address.path, re.IGNORECASE)
    else:
        match = re.match(r"(?:/(?:r|u|user)/[\w-]+)?/comments/([a-z0-9]{4,10})(?:/|$)", address.path, re.IGNORECASE)
    if not match:
        return None
    post = match[1].lower()
    return Detected(Platform.REDDIT, TargetType.POST, post, f"https://www.reddit.com/comments/{post}/")


# Google

_is_google_domain = _one_of("""
    com ad ae al am as at az ba be bf bg bi bj bs bt by ca cat cd cf cg ch ci cl cm cn cv cz de dj dk dm dz ee es fi
    fm fr ga ge gg gl gm gr gy hn hr ht hu ie im iq is it je jo kg ki kz la li lk lt lu lv md me mg mk ml mn mu mv mw
    ne nl no nr nu pl pn ps pt ro rs ru rw sc se sh si sk sm sn so sr st td tg tl tm tn to tt vu ws
    co.ao co.bw co.ck co.cr co.id co.il co.in co.jp co.ke co.kr co.ls co.ma co.mz co.nz co.th co.tz co.ug co.uk co.uz
    co.ve co.vi co.za co.zm co.zw com.af com.ag com.ar com.au com.bd com.bh com.bn com.bo com.br com.bz com.co com.cu
    com.cy com.do com.ec com.eg com.et com.fj com.gh com.gi com.gt com.hk com.jm com.kh com.kw com.lb com.ly com.mm
    com.mt com.mx com.my com.na com.ng com.ni com.np com.om com.pa com.pe com.pg com.ph com.pk com.pr com.py com.qa
    com.sa com.sb com.sg com.sl com.sv com.tj com.tr com.tw com.ua com.uy com.vc com.vn
""")
PLACE_ID = re.compile(r"(?:ChIJ|GhIJ|EhI|Ei|IhI)[A-Za-z0-9_-]{20,150}")
FEATURE_ID = re.compile(r"!1s(0x[0-9a-f]{1,16}:0x[0-9a-f]{1,16})", re.IGNORECASE)


def _is_google(host: str) -> bool:
    match = re.fullmatch(r"(?:(?:www|maps|search)\.)?google\.([a-z.]+)", host)
    return match is not None and _is_google_domain(match[1])


def _google(address: Address) -> Detected | None:
    """By place id where the address has one, else by the number or the name of the place on the map."""
    place = address.parameter("place_id", "query_place_id", "placeid")
    place = place or address.parameter("q", "query").removeprefix("place_id:")
    if PLACE_ID.fullmatch(place):
        return _place(place)
    on_map = address.host.startswith("maps.") or address.path == "/maps" or address.path.startswith("/maps/")
    number = address.parameter("cid")
    if on_map and re.fullmatch(r"\d{1,20}", number):
        return _business(f"cid:{number}", f"https://maps.google.com/?cid={number}")
    match = re.match(r"/maps/place/([^/@][^/]*)", address.path)
    if not match:
        return None
    name = unquote(match[1].replace("+", " "))
    url = f"https://www.google.com/maps/place/{quote(name, safe='')}/"
    if feature := FEATURE_ID.search(address.path):
        return _business(feature[1].lower(), f"{url}data=!4m2!3m1!1s{feature[1].lower()}")
    return _business(name[:200], url)


def _place(place: str) -> Detected:
    return _business(place, f"https://www.google.com/maps/place/?q=place_id:{place}")


def _business(external_id: str, url: str) -> Detected:
    return Detected(Platform.GOOGLE, TargetType.BUSINESS, external_id, url)


# Trustpilot

DOMAIN = re.compile(r"(?=.{4,190}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)")


def _trustpilot(address: Address) -> Detected | None:
    match = re.match(r"/review/([^/]+)", address.path)
    domain = unquote(match[1]).lower() if match else ""
    if not DOMAIN.fullmatch(domain):
        return None
    return Detected(Platform.TRUSTPILOT, TargetType.BUSINESS, domain, f"https://www.trustpilot.com/review/{domain}")


# Yelp

_is_yelp_domain = _one_of("""
    com ca ie de at ch fr it es nl be se no dk fi pl pt cz cl my co.uk co.jp co.nz com.au com.sg com.hk com.ph com.tw
    com.ar com.br com.mx com.tr
""")


def _is_yelp(host: str) -> bool:
    match = re.fullmatch(r"(?:(?:www|m|[a-z]{2})\.)?yelp\.([a-z.]+)", host)
    return match is not None and _is_yelp_domain(match[1])


def _yelp(address: Address) -> Detected | None:
    match = re.match(r"/biz/([^/]+)", address.path)
    slug = unquote(match[1]) if match else ""
    if not re.fullmatch(r"[\w.'&-]{2,200}", slug):
        return None
    return Detected(Platform.YELP, TargetType.BUSINESS, slug, f"https://www.yelp.com/biz/{quote(slug)}")


# IMDb


def _imdb(address: Address) -> Detected | None:
    match = re.match(r"(?:/[a-z]{2}(?:-[a-z]{2})?)?/title/(tt\d{7,10})(?:/|$)", address.path, re.IGNORECASE)
    if not match:
        return None
    title = match[1].lower()
    return Detected(Platform.IMDB, TargetType.TITLE, title, f"https://www.imdb.com/title/{title}/")


SITES = (
    Site(
        Platform.AMAZON,
        _amazon_domain,
        _amazon,
        "the page of a product: its address has /dp/ and ten letters and digits",
    ),
    Site(
        Platform.STEAM,
        _one_of("store.steampowered.com steamcommunity.com www.steamcommunity.com"),
        _steam,
        "the page of a game: its address has /app/ and a number",
    ),
    Site(
        Platform.YOUTUBE,
        _one_of("youtube.com www.youtube.com m.youtube.com music.youtube.com youtu.be www.youtu.be"),
        _youtube,
        "the page of a video: its address has watch?v= and eleven letters and digits",
    ),
    Site(
        Platform.REDDIT,
        _one_of("redd.it reddit.com www.reddit.com old.reddit.com new.reddit.com np.reddit.com m.reddit.com"),
        _reddit,
        "a post: its address has /comments/ in it. Open a shared link first and copy the address you land on",
    ),
    Site(
        Platform.GOOGLE,
        _is_google,
        _google,
        "a place: open it in Google Maps and copy the address, or paste its place id",
    ),
    Site(
        Platform.TRUSTPILOT,
        re.compile(r"(?:(?:www|[a-z]{2}(?:-[a-z]{2})?)\.)?trustpilot\.com").fullmatch,
        _trustpilot,
        "the page of a company: its address has /review/ and the company's domain",
    ),
    Site(Platform.YELP, _is_yelp, _yelp, "the page of a business: its address has /biz/ in it"),
    Site(
        Platform.IMDB,
        _one_of("imdb.com www.imdb.com m.imdb.com"),
        _imdb,
        "the page of a title: its address has /title/tt and a number",
    ),
)
