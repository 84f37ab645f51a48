"""Comments under a video on YouTube, through the Data API v3 with the owner's key.

``commentThreads`` gives threads newest first, 100 a page, each with at most five of its replies; the rest come from
``comments?parentId=``. Each request costs one unit of a daily quota of 10,000. ``videos?part=statistics`` says how many
comments there are, replies included; the number is missing where comments are turned off. By Google's reference; none
of it could be tried against the live service.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from integrations import needs
from integrations.outbound import Response
from projects.choices import Platform
from results.ingest import Item
from scraping.sources import googleapis, parsers
from scraping.sources.base import Fetcher, Page, Request
from scraping.sources.outcomes import Failure, Outcome, SourceError

BASE = "https://www.googleapis.com/youtube/v3"
PER_PAGE = 100
PROVIDER = "youtube"
OFF = "Comments are turned off for this video."
NO_KEY = f"{needs.WANTED[Platform.YOUTUBE]} Then run again."
WITHOUT_REPLIES = "YouTube counts replies among its comments; this run leaves them out."

Data = dict[str, Any]


class YouTubeSource:
    """The key is that of the provider ``youtube``."""

    platform = "youtube"
    newest_first = True

    def pages(self, request: Request, fetch: Fetcher) -> Iterator[Page]:
        """A cursor is YouTube's own token of the page to come."""
        try:
            yield from _Visit(request, fetch).pages()
        except SourceError as error:
            if error.code != Outcome.EMPTY:
                raise
            yield Page([], "", 0, [OFF], is_whole=False)


class _Visit:
    def __init__(self, request: Request, fetch: Fetcher) -> None:
        self.request, self.fetch = request, fetch
        self.key = request.keys.get(PROVIDER, {}).get("api_key", "")
        self.parse = parsers.youtube(request.external_id)
        if not self.key:
            raise SourceError(Outcome.INVALID_KEY, NO_KEY)
        fetch.conceal(self.key)

    def pages(self) -> Iterator[Page]:
        token, total = self.request.cursor, None
        notes: list[str] = []
        if not token:
            total = self._total()
            notes = [] if self.request.include_replies else [WITHOUT_REPLIES]
        while True:
            answer = self._ask("commentThreads", **self._wanted(), **({"pageToken": token} if token else {}))
            token = str(answer.get("nextPageToken") or "")
            yield Page(self._items(answer), token, total, notes, is_whole=self.request.include_replies)
            if not token:
                return
            total, notes = None, []

    def _total(self) -> int:
        answer = self._ask("videos", part="statistics", id=self.request.external_id)
        videos = _list(answer, "items")
        if not videos:
            raise self.fetch.stop(Outcome.NOT_FOUND, "There is no such video, or it is private.")
        count = videos[0].get("statistics", {}).get("commentCount")
        if count is None:
            raise self.fetch.stop(Outcome.EMPTY, OFF)
        return int(count) if str(count).isdigit() else 0

    def _wanted(self) -> dict[str, str]:
        size = min(PER_PAGE, self.request.max_results or PER_PAGE)
        return {
            "part": "snippet,replies" if self.request.include_replies else "snippet",
            "videoId": self.request.external_id,
            "maxResults": str(size),
            "order": "time",
            "textFormat": "plainText",
        }

    def _items(self, answer: Data) -> list[Item]:
        threads = _list(answer, "items")
        comments = [comment for thread in threads for comment in self._comments(thread)]
        items = [item for comment in comments if (item := self._item(comment))]
        if threads and not items:
            raise self.fetch.stop(Outcome.LAYOUT_CHANGED)
        return items

    def _comments(self, thread: Data) -> Iterator[Data]:
        """The comment that opened the thread, and then what was answered to it."""
        snippet = thread.get("snippet", {})
        yield snippet.get("topLevelComment", {})
        if not self.request.include_replies:
            return
        replies, total = _list(thread.get("replies", {}), "comments"), snippet.get("totalReplyCount")
        is_more = isinstance(total, int) and total > len(replies)
        yield from self._replies(str(thread.get("id"))) if is_more else replies

    def _replies(self, parent: str) -> Iterator[Data]:
        asked = {"part": "snippet", "parentId": parent, "maxResults": str(PER_PAGE), "textFormat": "plainText"}
        token = ""
        while True:
            answer = self._ask("comments", **asked, **({"pageToken": token} if token else {}))
            yield from _list(answer, "items")
            token = str(answer.get("nextPageToken") or "")
            if not token:
                return

    def _item(self, comment: Data) -> Item | None:
        """The parser's findings, without the lines it runs together."""
        snippet = comment.get("snippet")
        if not isinstance(snippet, dict) or not isinstance(snippet.get("textDisplay"), str):
            return None
        review = self.parse(comment)
        if review is None or not review.id:
            return None
        return Item(
            external_id=str(review.id),
            text=snippet["textDisplay"].strip(),
            author=str(review.author or ""),
            url=f"https://www.youtube.com/watch?v={self.request.external_id}&lc={review.id}",
            published_at=_moment(snippet.get("publishedAt")),
            segments={"likes": _number(snippet.get("likeCount")), "reply": "." in str(review.id)},
        )

    def _ask(self, what: str, **params: str) -> Data:
        headers = {"X-Goog-Api-Key": self.key}
        answer = self.fetch.json(f"{BASE}/{what}", params=params, headers=headers, explain=_explain)
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise self.fetch.stop(Outcome.LAYOUT_CHANGED)
        return answer


def _explain(response: Response) -> Failure | None:
    if response.status == 403 and b'"commentsDisabled"' in response.body:
        return Failure(Outcome.EMPTY, OFF)
    return googleapis.explain(PROVIDER)(response)


def _list(data: Any, name: str) -> list[Data]:
    found = data.get(name) if isinstance(data, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
