"""Comments under a post on Reddit: with the credentials of an app, as open JSON, else as a feed.

Open JSON (``/comments/{id}.json``) has answered 403 to everyone since the end of May 2026; the Atom feed
(``/comments/{id}/.rss``) is still there, without votes and, in long threads, without all comments. Both by the
reports of others: nothing here could be tried against the live site. JSON escapes ``& < >`` in texts once.
"""

import base64
import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from bs4 import BeautifulSoup
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from results.ingest import Item
from scraping.sources import parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Outcome, SourceError

SITE = "https://www.reddit.com"
WITH_APP = "https://oauth.reddit.com"
TOKEN = f"{SITE}/api/v1/access_token"
END = "end"  # there is one page: after it nothing is left
GONE = ("[deleted]", "[removed]")
ATOM = "{http://www.w3.org/2005/Atom}"
FEED_SIZE = "100"
# What is no reason to try the feed: it would fare the same.
NO_OTHER_WAY = (Outcome.RATE_LIMITED, Outcome.NETWORK, Outcome.TIMEOUT, Outcome.NOT_FOUND)


class RedditSource:
    """Options: ``client_id`` and ``client_secret`` of a Reddit app, as its owner has entered them as a key."""

    platform = "reddit"
    newest_first = False

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        if request.cursor == END:
            return
        client, secret = request.options.get("client_id"), request.options.get("client_secret")
        if client and secret:
            token = _token(str(client), str(secret), fetch)
            page = _comments(WITH_APP, request, fetch, {"Authorization": f"Bearer {token}"})
        else:
            page = _open(request, fetch)
        if page.items:
            yield page


def _open(request: Request, fetch: Fetcher) -> Page:
    try:
        return _comments(SITE, request, fetch, {})
    except SourceError as error:
        if error.code in NO_OTHER_WAY:
            raise
        note = (
            f"Reddit does not give its comments as data ({error.code.label.lower()}): its feed was read instead, "
            f"which has no votes and at most {FEED_SIZE} comments. With a key for Reddit there are more."
        )
        return _feed(request, fetch, note)


def _token(client: str, secret: str, fetch: Fetcher) -> str:
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    fetch.conceal(secret, basic)
    answer = fetch.post(TOKEN, {"grant_type": "client_credentials"}, {"Authorization": f"Basic {basic}"})
    try:
        token = str(answer.json()["access_token"])
    except (ValueError, KeyError, TypeError):
        raise fetch.stop(Outcome.INVALID_KEY, "Reddit did not accept the credentials of the app.") from None
    fetch.conceal(token)
    return token


def _comments(base: str, request: Request, fetch: Fetcher, headers: dict[str, str]) -> Page:
    post = request.external_id
    suffix = "" if headers else ".json"
    data = fetch.json(f"{base}/comments/{post}{suffix}", params={"limit": "500"}, headers=headers)
    try:
        facts = data[0]["data"]["children"][0]["data"]
        top = data[1]["data"]["children"]
    except (LookupError, TypeError):
        raise fetch.stop(Outcome.LAYOUT_CHANGED) from None
    comments, folded = _flat(top)
    parse = parsers.reddit(post)
    items = [item for comment in comments if (item := _item(comment, parse))]
    total = facts.get("num_comments") if isinstance(facts, dict) else None
    note = f"{folded} comments deeper down or further on are not given by Reddit at once, and were left out."
    return Page(items, END, total if isinstance(total, int) else None, [note] if folded else [])


def _flat(children: Any) -> tuple[list[dict[str, Any]], int]:
    """All comments of a tree, in reading order, and how many Reddit holds back. Trees can be deep: no recursion."""
    comments, folded = [], 0
    waiting = list(reversed(children)) if isinstance(children, list) else []
    while waiting:
        child = waiting.pop()
        data = child.get("data") if isinstance(child, dict) else None
        if not isinstance(data, dict):
            continue
        if child.get("kind") == "more":
            folded += data["count"] if isinstance(data.get("count"), int) else 0
        elif child.get("kind") == "t1":
            comments.append(data)
            replies = data.get("replies")
            inner = replies.get("data", {}).get("children") if isinstance(replies, dict) else None
            waiting += reversed(inner) if isinstance(inner, list) else []
    return comments, folded


def _item(data: dict[str, Any], parse: parsers.Parse) -> Item | None:
    """The parser decides what is a comment; its local times and its lines run together are not taken over."""
    if not isinstance(data.get("body"), str) or not isinstance(data.get("created_utc"), int | float):
        return None
    comment = parse(data)
    text = html.unescape(data["body"]).strip()
    if comment is None or not comment.id or text in GONE:
        return None
    return Item(
        external_id=str(comment.id),
        text=text,
        author="" if comment.author in (None, *GONE) else str(comment.author),
        url=str(comment.metadata.get("permalink") or ""),
        published_at=datetime.fromtimestamp(data["created_utc"], UTC),
    )


def _feed(request: Request, fetch: Fetcher, note: str) -> Page:
    answer = fetch.get(f"{SITE}/comments/{request.external_id}/.rss", params={"limit": FEED_SIZE})
    try:
        root = fromstring(answer.body)
    except (ParseError, DefusedXmlException, ValueError):
        raise fetch.stop(Outcome.LAYOUT_CHANGED) from None
    if root.tag != f"{ATOM}feed":
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    items = [item for entry in root.iter(f"{ATOM}entry") if (item := _entry(entry))]
    return Page(items, END, None, [note])


def _entry(entry: Element) -> Item | None:
    """A comment of the feed; the first entry is the post itself."""
    kind, _, identity = _text(entry, "id").rpartition("_")
    text = _plain(_text(entry, "content"))
    if kind != "t1" or not text or text in GONE:
        return None
    link = entry.find(f"{ATOM}link")
    name = _text(entry, f"author/{ATOM}name")
    return Item(
        external_id=identity,
        text=text,
        author=name.removeprefix("/u/"),
        url=link.get("href", "") if link is not None else "",
        published_at=_moment(_text(entry, "updated")),
    )


def _plain(content: str) -> str:
    """The text of HTML, with its paragraphs. A character that means their end survives where line ends do not."""
    marked = content.replace("</p>", "\u2029</p>")
    return re.sub("\u2029\\s*", "\n\n", BeautifulSoup(marked, "html.parser").get_text()).strip()


def _text(entry: Element, name: str) -> str:
    return (entry.findtext(f"{ATOM}{name}") or "").strip()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
