"""Pages for people, read by their structure: elements, the data laid into them, texts with their lines, counts."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString, PageElement

from integrations.outbound import Response
from scraping.sources import diagnosis
from scraping.sources.base import Fetcher
from scraping.sources.outcomes import Outcome

END = re.compile(rb"</html\s*>", re.IGNORECASE)
TAIL = 4096  # bytes in which a page's end is looked for: services add their own behind it
UNSEEN = ("script", "style", "noscript", "template")
BLOCKS = ("br", "p", "div", "li", "tr")
# Not the parts of what is no whole number, such as 4.5 or 1.2K.
NUMBER = re.compile(r"(?<!\d)(?<!\d[.,])\d{1,9}(?:[.,’'\u00a0\u202f ]\d{2,3}(?!\d)){0,3}(?![.,]?\d|[A-Za-z])")
LARGEST = 2**31  # nothing that is counted on a site comes near it


def page(response: Response, fetch: Fetcher) -> BeautifulSoup:
    """The page, in whichever encoding it is. Raises SourceError for what is no page, or not all of one."""
    if not diagnosis.is_page(response):
        raise fetch.stop(Outcome.LAYOUT_CHANGED)
    if not END.search(response.body[-TAIL:]):
        raise fetch.stop(Outcome.NETWORK, "The page did not arrive whole.", can_retry=True)
    charset = httpx.Response(200, headers=response.headers).charset_encoding
    return BeautifulSoup(response.body, "html.parser", from_encoding=charset)


def data(element: Tag | None) -> Any:
    """The JSON that an element holds, also where a comment hides it; None without."""
    if element is None:
        return None
    try:
        return json.loads(element.get_text().strip().removeprefix("<!--").removesuffix("-->"))
    except (ValueError, RecursionError):
        return None


def find(tree: Any, *path: str | int) -> Any:
    """What stands at the end of a path through dicts and lists; None where it breaks off."""
    for step in path:
        try:
            tree = tree[step]
        except (LookupError, TypeError):
            return None
    return tree


def text(element: Tag | None) -> str:
    """What a reader sees, with its lines."""
    words = "".join(_words(element)) if element else ""
    lines = [" ".join(line.split()) for line in words.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def plain(markup: str) -> str:
    """What a reader sees of a piece of HTML."""
    return text(BeautifulSoup(markup, "html.parser"))


def _words(element: Tag) -> Iterator[str]:
    for part in element.descendants:
        if isinstance(part, Tag):
            if part.name in BLOCKS:
                yield "\n\n" if part.name == "p" else "\n"
        elif isinstance(part, NavigableString) and not isinstance(part, Comment) and not _is_unseen(part):
            yield str(part).replace("\r", " ").replace("\n", " ")


def _is_unseen(part: PageElement) -> bool:
    return part.parent is not None and part.parent.name in UNSEEN


def attribute(element: Tag | None, name: str) -> str:
    """Of an element that may be missing; empty without."""
    value = element.get(name) if element else None
    return value if isinstance(value, str) else ""


def counts(words: str) -> list[int]:
    """The whole numbers in a text, however their thousands are set apart."""
    found = (int(re.sub(r"\D", "", number)) for number in NUMBER.findall(words))
    return [number for number in found if number < LARGEST]


def count(value: Any) -> int | None:
    """A number of things that data gives, if it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST else None


def dress(card: Tag, marks: Mapping[str, tuple[str, str]]) -> None:
    """Give the parts of a card, by selector, the attribute by which a parser that knows older pages finds them."""
    for selector, (name, value) in marks.items():
        for part in card.select(selector):
            part[name] = value
