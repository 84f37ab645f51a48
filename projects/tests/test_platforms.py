import pytest
from django.core.exceptions import ValidationError

from projects.choices import Platform, TargetType
from projects.platforms import detect

TYPES = {
    "amazon": TargetType.PRODUCT,
    "steam": TargetType.GAME,
    "youtube": TargetType.VIDEO,
    "reddit": TargetType.POST,
    "google": TargetType.BUSINESS,
    "trustpilot": TargetType.BUSINESS,
    "yelp": TargetType.BUSINESS,
    "imdb": TargetType.TITLE,
}
PLACE = "ChIJN1t_tDeuEmsRUsoyG83frY4"

KNOWN = [
    ("https://www.amazon.com/dp/B08N5WRWNW", "amazon", "B08N5WRWNW", "https://www.amazon.com/dp/B08N5WRWNW"),
    ("https://amazon.com/Echo-Dot/dp/B08N5WRWNW/ref=sr_1_1?th=1#x", "amazon", "B08N5WRWNW", None),
    ("https://smile.amazon.co.uk/gp/product/b08n5wrwnw", "amazon", "B08N5WRWNW", None),
    ("https://m.amazon.de/gp/aw/d/B08N5WRWNW/", "amazon", "B08N5WRWNW", "https://www.amazon.de/dp/B08N5WRWNW"),
    ("https://www.amazon.co.jp/-/en/dp/4873119049", "amazon", "4873119049", "https://www.amazon.co.jp/dp/4873119049"),
    ("https://www.amazon.com.br/product-reviews/B08N5WRWNW/?pageNumber=2", "amazon", "B08N5WRWNW", None),
    ("store.steampowered.com/app/730", "steam", "730", "https://store.steampowered.com/app/730/"),
    ("https://store.steampowered.com/app/730/CounterStrike_2/?l=german", "steam", "730", None),
    ("https://store.steampowered.com/agecheck/app/271590/", "steam", "271590", None),
    ("http://steamcommunity.com/app/730/reviews/", "steam", "730", "https://store.steampowered.com/app/730/"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s", "youtube", "dQw4w9WgXcQ", None),
    ("https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ", "youtube", "dQw4w9WgXcQ", None),
    ("youtu.be/dQw4w9WgXcQ?si=abc", "youtube", "dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    ("https://www.youtube.com/shorts/-_w4w9WgXcQ", "youtube", "-_w4w9WgXcQ", None),
    ("https://www.reddit.com/r/gaming/comments/1abc2d/a_title/", "reddit", "1abc2d", None),
    ("https://old.reddit.com/r/gaming/comments/1ABC2d", "reddit", "1abc2d", "https://www.reddit.com/comments/1abc2d/"),
    ("https://np.reddit.com/comments/1abc2d?sort=new", "reddit", "1abc2d", None),
    ("https://www.reddit.com/user/some-one/comments/1abc2d/t/", "reddit", "1abc2d", None),
    ("https://redd.it/1abc2d", "reddit", "1abc2d", None),
    (PLACE, "google", PLACE, f"https://www.google.com/maps/place/?q=place_id:{PLACE}"),
    (f"https://www.google.com/maps/place/?q=place_id:{PLACE}", "google", PLACE, None),
    (f"https://www.google.com/maps/search/?api=1&query=Cafe&query_place_id={PLACE}", "google", PLACE, None),
    (f"https://search.google.com/local/writereview?placeid={PLACE}", "google", PLACE, None),
    ("https://maps.google.com/?cid=10281119596374313554", "google", "cid:10281119596374313554", None),
    (
        "https://www.google.co.uk/maps/place/Caf%C3%A9+Zero/@51.5,-0.1,17z/data=!4m6!3m5!1s0x487604B900D26973:0x4291F3172409EA92!8m2",
        "google",
        "0x487604b900d26973:0x4291f3172409ea92",
        "https://www.google.com/maps/place/Caf%C3%A9%20Zero/data=!4m2!3m1!1s0x487604b900d26973:0x4291f3172409ea92",
    ),
    (
        "https://www.google.com/maps/place/Caf%C3%A9+Zero/",
        "google",
        "Café Zero",
        "https://www.google.com/maps/place/Caf%C3%A9%20Zero/",
    ),
    ("https://www.trustpilot.com/review/www.example.com?languages=all", "trustpilot", "www.example.com", None),
    (
        "https://de.trustpilot.com/review/Example.de",
        "trustpilot",
        "example.de",
        "https://www.trustpilot.com/review/example.de",
    ),
    ("https://fr-be.trustpilot.com/review/shop.example.be", "trustpilot", "shop.example.be", None),
    ("https://www.yelp.com/biz/garaje-san-francisco?osq=tacos", "yelp", "garaje-san-francisco", None),
    ("https://www.yelp.co.uk/biz/caf%C3%A9-zero", "yelp", "café-zero", "https://www.yelp.com/biz/caf%C3%A9-zero"),
    ("https://fr.yelp.ca/biz/schwartzs-montreal", "yelp", "schwartzs-montreal", None),
    ("https://www.imdb.com/title/tt0111161/reviews/?ref_=tt_urv", "imdb", "tt0111161", None),
    ("https://m.imdb.com/de/title/tt0111161/", "imdb", "tt0111161", "https://www.imdb.com/title/tt0111161/"),
    ("  HTTPS://WWW.IMDB.COM./title/tt10872600  ", "imdb", "tt10872600", None),
]


@pytest.mark.parametrize(("url", "platform", "external_id", "canonical"), KNOWN)
def test_an_address_is_recognised(url, platform, external_id, canonical):
    found = detect(url)
    assert (found.platform, found.external_id) == (Platform(platform), external_id)
    assert found.detected_type == TYPES[platform]
    assert canonical in (None, found.url)


@pytest.mark.parametrize("url", [url for url, *_ in KNOWN])
def test_the_canonical_address_leads_to_the_same_thing(url):
    found = detect(url)
    again = detect(found.url)
    assert (again.platform, again.external_id, again.url) == (found.platform, found.external_id, found.url)


@pytest.mark.parametrize(
    ("domain", "country"),
    [("com", "us"), ("co.uk", "gb"), ("de", "de"), ("com.au", "au"), ("co.jp", "jp"), ("in", "in"), ("com.tr", "tr")],
)
def test_amazon_of_each_country_is_told_apart(domain, country):
    found = detect(f"https://www.amazon.{domain}/dp/B08N5WRWNW")
    assert found.options == {"country": country}
    assert found.url == f"https://www.amazon.{domain}/dp/B08N5WRWNW"


REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("hello world", "invalid"),
    ("https://", "invalid"),
    ("https://www.amazon.com\\@evil.example/dp/B08N5WRWNW", "invalid"),
    ("https://www.amazon.com/dp/B08N5WRWNW\nHost: evil", "invalid"),
    ("https://[::1", "invalid"),
    ("https://www.amazon.com:port/dp/B08N5WRWNW", "invalid"),
    ("https://www.amazon.com/" + "a" * 2000, "invalid"),
    ("javascript:alert(1)", "scheme"),
    ("ftp://www.amazon.com/dp/B08N5WRWNW", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("data:text/html,hello", "scheme"),
    ("https://www.amazon.com@evil.example/dp/B08N5WRWNW", "userinfo"),
    ("https://me:secret@www.amazon.com/dp/B08N5WRWNW", "userinfo"),
    ("http://169.254.169.254/", "ip"),
    ("http://169.254.169.254/latest/meta-data/", "ip"),
    ("http://127.0.0.1/dp/B08N5WRWNW", "ip"),
    ("http://2130706433/", "ip"),
    ("http://0x7f000001/", "ip"),
    ("http://0177.0.0.1/", "ip"),
    ("http://127.1/", "ip"),
    ("http://[::1]/", "ip"),
    ("http://[::ffff:169.254.169.254]/", "ip"),
    ("https://www.amazon.com:8443/dp/B08N5WRWNW", "port"),
    ("http://www.amazon.com:443/dp/B08N5WRWNW", "port"),
    ("https://evilamazon.com/dp/B08N5WRWNW", "host"),
    ("https://amazon.com.evil.example/dp/B08N5WRWNW", "host"),
    ("https://amazon.evil/dp/B08N5WRWNW", "host"),
    ("https://evil-steampowered.com/app/730", "host"),
    ("https://store.steampowered.com.evil.example/app/730", "host"),
    ("https://notreddit.com/comments/1abc2d", "host"),
    ("https://аmazon.com/dp/B08N5WRWNW", "host"),
    ("https://google.evil/maps/place/Cafe", "host"),
    ("https://a.b.trustpilot.com/review/example.com", "host"),
    ("https://localhost/app/730", "host"),
    ("https://example.com/", "host"),
    ("https://amzn.to/3xyz", "short_link"),
    ("https://maps.app.goo.gl/abc", "short_link"),
    ("https://www.amazon.com/gp/bestsellers", "path"),
    ("https://www.amazon.com/dp/SHORT", "path"),
    ("https://store.steampowered.com/", "path"),
    ("https://store.steampowered.com/app/0", "path"),
    ("https://store.steampowered.com/app/12345678901", "path"),
    ("https://www.youtube.com/watch?v=tooshort", "path"),
    ("https://www.youtube.com/@channel", "path"),
    ("https://www.reddit.com/r/gaming/", "path"),
    ("https://www.reddit.com/r/gaming/s/AbCdEf", "path"),
    ("https://www.google.com/search?q=cafe", "path"),
    ("https://www.google.com/maps/@51.5,-0.1,17z", "path"),
    ("https://www.trustpilot.com/categories/bank", "path"),
    ("https://www.trustpilot.com/review/not_a_domain", "path"),
    ("https://www.yelp.com/search?find_desc=tacos", "path"),
    ("https://www.imdb.com/name/nm0000151/", "path"),
]


@pytest.mark.parametrize(("url", "code"), REFUSED)
def test_anything_else_is_refused_with_a_reason(url, code):
    with pytest.raises(ValidationError) as caught:
        detect(url)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")


def test_the_reason_names_what_was_wrong():
    with pytest.raises(ValidationError, match=r"evilamazon\.com is none of the sites Studio knows: Amazon, Steam"):
        detect("https://evilamazon.com/dp/B08N5WRWNW")
    with pytest.raises(ValidationError, match=r"This is Steam, but not the page of a game"):
        detect("https://store.steampowered.com/about/")
