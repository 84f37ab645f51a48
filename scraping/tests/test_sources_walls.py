import json
import time

import httpx
import pytest

from integrations.outbound import Response
from scraping.sources import diagnosis
from scraping.sources.base import Outcome
from tests.standins import amazon, pages
from tests.standins.reddit import WALL as REDDIT_BLOCK

ADDRESSES = {
    "amazon": "https://www.amazon.co.uk/product-reviews/B08N5WRWNW/",
    "steam": "https://store.steampowered.com/appreviews/440",
    "youtube": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "reddit": "https://www.reddit.com/comments/1abc2d/.rss",
    "google": "https://www.google.com/maps/place/Kettle+House/",
    "trustpilot": "https://www.trustpilot.com/review/shop.example",
    "yelp": "https://www.yelp.com/biz/kettle-house",
    "imdb": "https://www.imdb.com/title/tt0133093/reviews/",
}
# What people write in reviews, and what is in good pages anyway.
WORDS = [
    "This captcha is a joke.",
    "Please sign in to continue, it said. I did not.",
    "Access denied! Request blocked! You have been blocked.",
    "Are you a robot? Prove that you are human!",
    "Robot Check",
    "Just a moment...",
    "Attention Required! | Cloudflare",
    "Enter the characters you see below",
    "Sorry, we just need to make sure you're not a robot.",
    "whoa there, pardner! Your request has been blocked due to a network policy.",
    "unusual traffic from your computer network",
    '<form action="/errors/validateCaptcha"><input name="field-keywords"></form>',
    '<div id="px-captcha"></div>',
    '<iframe src="https://geo.captcha-delivery.com/captcha/"></iframe>',
    '</title><title>Just a moment...</title><form id="challenge-form">',
    "<script src='https://x.awswaf.com/challenge.js'></script><div id='challenge-container'>",
    'Look at "cf-mitigated: challenge" and x-amzn-waf-action: captcha',
    "https://www.amazon.com/ap/signin?openid=1 https://www.google.com/sorry/index",
    "<input type=password> <!-- api-services-support@amazon.com -->",
    "503 - Service Unavailable Error, 429 Too Many Requests, 404 Not Found",
]


def answer(body: str, status: int = 200, url: str = "https://www.yelp.com/biz/x", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, httpx.Headers({"content-type": "text/html", **named}), body.encode(), url)


def test_there_are_twenty_cases():
    assert len(WORDS) == 20


@pytest.mark.parametrize("words", WORDS)
def test_what_people_write_is_not_taken_for_a_wall(words):
    """As text, as data, as an attribute and in a comment, on every platform."""
    text = words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    body = (
        f'<!DOCTYPE html><html><head><title>Kettle: reviews</title><meta name="description" content="{text}"></head>'
        f'<body><div id="review-1" title="{text}"><p>{text}</p></div>{pages.embedded({"text": words}, "id=data")}'
        f"<script>const reviews = {json.dumps(words)};</script></body></html>"
    )
    for url in ADDRESSES.values():
        assert diagnosis.outcome(url, answer(body, url=url)) is None


@pytest.mark.parametrize(
    ("platform", "body", "status", "outcome"),
    [
        ("amazon", amazon.ROBOT_CHECK, 200, Outcome.CAPTCHA),
        ("amazon", amazon.SIGN_IN, 200, Outcome.LOGIN_REQUIRED),
        ("amazon", amazon.DOGS, 503, Outcome.BLOCKED),
        ("amazon", amazon.DOGS, 404, Outcome.NOT_FOUND),
        ("reddit", REDDIT_BLOCK, 200, Outcome.BLOCKED),
        ("yelp", pages.DATADOME, 403, Outcome.CAPTCHA),
        ("trustpilot", pages.CAPTCHA, 403, Outcome.CAPTCHA),
        ("trustpilot", pages.BLOCKED, 200, Outcome.BLOCKED),
        ("imdb", pages.AWS, 405, Outcome.CAPTCHA),
        ("steam", pages.PERIMETERX, 200, Outcome.CAPTCHA),
        ("google", '<html><form id="captcha-form" action="index"></form></html>', 200, Outcome.CAPTCHA),
        ("youtube", '<html><form id="captcha-form" action="index"></form></html>', 429, Outcome.RATE_LIMITED),
        ("yelp", "<html><title>Access Denied</title></html>", 200, Outcome.BLOCKED),
        ("yelp", '<html><form action="/visit_captcha?x"></form></html>', 200, Outcome.CAPTCHA),
        ("yelp", '<html><title>Log In - Yelp</title><form id="ajax-login"></form></html>', 200, Outcome.LOGIN_REQUIRED),
        ("reddit", "<html><title>Reddit - Prove your humanity</title></html>", 200, Outcome.CAPTCHA),
        ("amazon", "<html><title>Bot Check</title></html>", 200, Outcome.CAPTCHA),
        ("imdb", '<html><form action="/ap/signin"><input id="ap_email"></form></html>', 200, Outcome.LOGIN_REQUIRED),
        ("yelp", '<html><iframe id="main-iframe" src="/_Incapsula_Resource?x"></iframe></html>', 200, Outcome.BLOCKED),
        ("imdb", pages.SIGN_IN, 200, None),  # many good pages have a way in
    ],
)
def test_walls_are_told_by_how_they_are_built(platform, body, status, outcome):
    url = ADDRESSES[platform]
    assert diagnosis.outcome(url, answer(body, status, url)) == outcome


def test_the_wall_of_one_site_is_not_looked_for_on_another():
    url = ADDRESSES["trustpilot"]
    assert diagnosis.outcome(url, answer("<html><title>Blocked</title><p>Blocked.io</p></html>", url=url)) is None


@pytest.mark.parametrize(
    "head", [{"cf_mitigated": "challenge"}, {"x_amzn_waf_action": "challenge"}, {"x_amzn_waf_action": "captcha"}]
)
def test_guards_that_say_so_are_believed(head):
    assert diagnosis.outcome(ADDRESSES["imdb"], answer("", 202, ADDRESSES["imdb"], **head)) == Outcome.CAPTCHA


@pytest.mark.parametrize(
    ("platform", "arrived", "outcome"),
    [
        ("amazon", "https://www.amazon.co.uk/ap/signin?openid=x", Outcome.LOGIN_REQUIRED),
        ("amazon", "https://www.amazon.co.uk/ref=cs_503_link", Outcome.REDIRECTED_HOME),
        ("amazon", "https://www.amazon.co.uk/-/en/", Outcome.REDIRECTED_HOME),
        ("steam", "https://store.steampowered.com/", Outcome.REDIRECTED_HOME),
        ("steam", "https://store.steampowered.com/login/?redir=x", Outcome.LOGIN_REQUIRED),
        ("reddit", "https://www.reddit.com/login/?dest=x", Outcome.LOGIN_REQUIRED),
        ("google", "https://www.google.com/sorry/index?continue=x", Outcome.CAPTCHA),
        ("trustpilot", "https://www.trustpilot.com/users/connect?redirect=x", Outcome.LOGIN_REQUIRED),
        ("trustpilot", "https://www.trustpilot.com/review/other.example", None),
        ("yelp", "https://www.yelp.com/visit_captcha?return_url=x", Outcome.CAPTCHA),
        ("yelp", "https://www.yelp.com", Outcome.REDIRECTED_HOME),
        ("yelp", "https://www.yelp.com/biz/login-kitchen", None),
        ("imdb", "https://www.imdb.com/registration/signin?u=x", Outcome.LOGIN_REQUIRED),
        ("imdb", "https://www.imdb.com/de/", Outcome.REDIRECTED_HOME),
        ("imdb", "https://www.imdb.com/de/title/tt0133093/reviews/", None),
    ],
)
def test_where_one_arrives_tells_as_well(platform, arrived, outcome):
    assert diagnosis.outcome(ADDRESSES[platform], answer(pages.CHANGED, url=arrived)) == outcome


def test_a_page_of_nothing_but_a_way_in_is_a_sign_in():
    assert diagnosis.unexpected(answer(pages.SIGN_IN)) == Outcome.LOGIN_REQUIRED
    assert diagnosis.unexpected(answer(pages.CHANGED)) == Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize("piece", ["<", "<!", "<a ", "<div>", "&", "<script>", '<a href="', "</", "<!--"])
def test_a_page_made_to_keep_us_busy_does_not(piece):
    began = time.thread_time()  # of this thread's own: others may be as busy as they like
    diagnosis.outcome(ADDRESSES["yelp"], answer("<html>" + piece * 200_000))
    assert time.thread_time() - began < 5
