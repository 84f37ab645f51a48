"""Comments under a post on Reddit: with the credentials of an app, as open JSON, else as a feed.

Open JSON (``/comments/{id}.json``) has answered 403 to everyone since the end of May 2026; the Atom feed
(``/comments/{id}/.rss``) is still there, without votes and, in long threads, without all comments. Both by the
reports of others: nothing here could be tried against the live site. JSON escapes ``& < >`` in texts once.

Apps get the comments which a thread holds back (``more``) from ``/api/morechildren``, 100 by their ids at a time. What
is left then are branches deeper than Reddit unfolds, which it marks by a ``more`` without ids.
"""

import base64
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from bs4 import BeautifulSoup
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from integrations.outbound import Response
from results.ingest import Item
from scraping.sources import parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Failure, Outcome, SourceError

SITE = "https://www.reddit.com"
WITH_APP = "https://oauth.reddit.com"
TOKEN = f"{SITE}/api/v1/access_token"
END = "end"  # after the last page
MORE = "more "  # and the ids of the comments to come
AT_ONCE = 100  # ids in one request
ID = re.compile(r"[a-z0-9]{1,12}")
GONE = ("[deleted]", "[removed]")
ATOM = "{http://www.w3.org/2005/Atom}"
FEED_SIZE = "100"
# What is no reason to try the feed: it would fare the same.
NO_OTHER_WAY = (Outcome.RATE_LIMITED, Outcome.NETWORK, Outcome.TIMEOUT, Outcome.NOT_FOUND)


class RedditSource:
    """The key is that of the provider ``reddit``: ``client_id`` and ``client_secret`` of an app."""

    platform = "reddit"
    newest_first = False

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        if request.cursor == END:
            return
        key = request.keys.get("reddit", {})
        client, secret = key.get("client_id"), key.get("client_secret")
        if client and secret:
            yield from _with_app(client, secret, request, fetch)
        elif (page := _open(request, fetch)).items:
            yield page


def _with_app(client: str, secret: str, request: Request, fetch: Fetcher) -> Iterator[Page]:
    """The thread, and then what it holds back."""
    headers = {"Authorization": f"Bearer {_token(client, secret, fetch)}"}
    folded = _Folded(request.cursor.removeprefix(MORE).split(",") if request.cursor else [])
    if not request.cursor:
        page = _comments(WITH_APP, request, fetch, headers, folded)
        yield replace(page, cursor=folded.cursor, notes=folded.notes, is_whole=not folded)
    while folded.ids:
        items = _unfold(folded, request, fetch, headers)
        yield Page(items, folded.cursor, notes=folded.notes, is_whole=not folded)


@dataclass
class _Folded:
    """Comments that Reddit holds back: ``ids`` of those one can ask for. ``number`` counts what was held back in all,
    ``others`` what one cannot even ask for."""

    ids: list[str]
    number: int = 0
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.ids or self.others)

    @property
    def cursor(self) -> str:
        return MORE + ",".join(self.ids) if self.ids else END

    @property
    def notes(self) -> list[str]:
        """Once it is known what is left in the end."""
        return _left_out(self.others) if not self.ids else []

    def add(self, more: dict[str, Any]) -> None:
        ids = [str(one) for one in more.get("children") or []]
        number = max(1, more["count"]) if isinstance(more.get("count"), int) else 1
        self.ids += [one for one in ids if ID.fullmatch(one)]
        self.number += number
        self.others += 0 if ids else number


def _left_out(number: int) -> list[str]:
    if not number:
        return []
    comments = "1 comment" if number == 1 else f"{number:,} comments"
    return [f"Left out, as Reddit does not give them at once: {comments} deeper down or further on."]


def _unfold(folded: _Folded, request: Request, fetch: Fetcher, headers: dict[str, str]) -> list[Item]:
    asked, folded.ids = folded.ids[:AT_ONCE], folded.ids[AT_ONCE:]
    params = {"api_type": "json", "link_id": f"t3_{request.external_id}", "children": ",".join(asked)}
    answer = fetch.json(f"{WITH_APP}/api/morechildren", params=params, headers=headers, explain=_explain)
    try:
        things = answer["json"]["data"]["things"]
    except (LookupError, TypeError):
        raise fetch.stop(Outcome.LAYOUT_CHANGED) from None
    return _items(things, request.external_id, folded)


def _open(request: Request, fetch: Fetcher) -> Page:
    try:
        folded = _Folded([])
        page = _comments(SITE, request, fetch, {}, folded)
        return replace(page, notes=_left_out(folded.number), is_whole=not folded)
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
    headers = {"Authorization": f"Basic {basic}"}
    answer = fetch.post(TOKEN, {"grant_type": "client_credentials"}, headers, explain=_explain)
    try:
        token = str(answer.json()["access_token"])
    except (ValueError, KeyError, TypeError):
        words = "Reddit did not accept the credentials of the app."
        raise fetch.stop(Outcome.INVALID_KEY, words, provider="reddit") from None
    fetch.conceal(token)
    return token


def _explain(response: Response) -> Failure | None:
    """Only credentials are refused with 401 here."""
    return Failure(Outcome.INVALID_KEY, provider="reddit") if response.status == 401 else None


def _comments(base: str, request: Request, fetch: Fetcher, headers: dict[str, str], folded: _Folded) -> Page:
    post = request.external_id
    suffix = "" if headers else ".json"
    url = f"{base}/comments/{post}{suffix}"
    data = fetch.json(url, params={"limit": "500"}, headers=headers, explain=_explain)
    try:
        facts = data[0]["data"]["children"][0]["data"]
        top = data[1]["data"]["children"]
    except (LookupError, TypeError):
        raise fetch.stop(Outcome.LAYOUT_CHANGED) from None
    total = facts.get("num_comments") if isinstance(facts, dict) else None
    return Page(_items(top, post, folded), END, total if isinstance(total, int) else None)


def _items(children: Any, post: str, folded: _Folded) -> list[Item]:
    parse = parsers.reddit(post)
    return [item for comment in _flat(children, folded) if (item := _item(comment, parse))]


def _flat(children: Any, folded: _Folded) -> Iterator[dict[str, Any]]:
    """All comments of a tree, in reading order. Trees can be deep: no recursion."""
    waiting = list(reversed(children)) if isinstance(children, list) else []
    while waiting:
        child = waiting.pop()
        data = child.get("data") if isinstance(child, dict) else None
        if not isinstance(data, dict):
            continue
        if child.get("kind") == "more":
            folded.add(data)
        elif child.get("kind") == "t1":
            yield data
            replies = data.get("replies")
            inner = replies.get("data", {}).get("children") if isinstance(replies, dict) else None
            waiting += reversed(inner) if isinstance(inner, list) else []


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
        segments=_segments(data),
    )


def _segments(data: dict[str, Any]) -> dict[str, str | float | bool]:
    """Reddit hides the votes of young comments, and says so."""
    score = {} if data.get("score_hidden") or not isinstance(data.get("score"), int) else {"score": data["score"]}
    return {**score, "reply": str(data.get("parent_id")).startswith("t1_")}


def _feed(request: Request, fetch: Fetcher, note: str) -> Page:
    answer = fetch.get(f"{SITE}/comments/{request.external_id}/.rss", params={"limit": FEED_SIZE})
    try:
        root = fromstring(answer.body)
    except (ParseError, DefusedXmlException, ValueError):
        raise fetch.stop(Outcome.LAYOUT_CHANGED) from None
    if root.tag != f"{ATOM}feed":
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    items = [item for entry in root.iter(f"{ATOM}entry") if (item := _entry(entry))]
    return Page(items, END, None, [note], is_whole=False)


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
