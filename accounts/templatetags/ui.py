"""Template tags of the user interface: icons, badges, figures, times. Built in: templates need no load."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, cast

from django import template
from django.template.base import Node, Parser, TextNode, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_tag
from django.template.library import SimpleNode
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

register = template.Library()
Compile = Callable[[Parser, Token], Node]

WEAK_PUSH, STRONG_PUSH = 0.03, 0.1  # of the score: less is not worth showing, more is shown stronger

PAINT = re.compile(r' (?:fill|stroke[a-z-]*)="[^"]*"')
MONTHS = ("", *calendar.month_abbr[1:])
CURRENT = mark_safe(' aria-current="page"')

# value -> words, icon, CSS classes. The words of sentiments, jobs, projects, targets, reviews and keys do not collide.
BADGES = {
    "very_positive": ("Very positive", "laugh", "positive strong"),
    "positive": ("Positive", "smile", "positive"),
    "neutral": ("Neutral", "meh", "neutral"),
    "negative": ("Negative", "frown", "negative"),
    "very_negative": ("Very negative", "angry", "negative strong"),
    "uncertain": ("Uncertain", "circle-question-mark", "mixed"),
    "pending": ("Waiting for analysis", "hourglass", ""),
    "analysed": ("Analysed", "circle-check", "ok"),
    "unsupported_language": ("Language not supported", "languages", ""),
    "no_text": ("No text", "file-x", ""),
    "waiting": ("Waiting", "clock", ""),
    "queued": ("Queued", "clock", ""),
    "running": ("Running", "activity", "busy"),
    "completed": ("Completed", "circle-check", "ok"),
    "done": ("Done", "circle-check", "ok"),
    "ready": ("Ready", "circle-check", "ok"),
    "partial": ("Partly completed", "triangle-alert", "warning"),
    "failed": ("Failed", "circle-x", "error"),
    "sending": ("Being sent", "send", "busy"),
    "delivered": ("Delivered", "circle-check", "ok"),
    "failing": ("Failing", "triangle-alert", "warning"),
    "cancelled": ("Cancelled", "ban", ""),
    "timed_out": ("Timed out", "timer", "error"),
    "skipped": ("Left out", "skip-forward", ""),
    "active": ("Active", "circle-dot", "ok"),
    "paused": ("Paused", "circle-pause", ""),
    "archived": ("Archived", "archive", ""),
    "error": ("Error", "circle-alert", "error"),
    "untested": ("Not tested", "circle-dashed", ""),
    "valid": ("Valid", "circle-check", "ok"),
    "spent": ("Nothing left to spend", "triangle-alert", "warning"),
    "invalid": ("Not accepted", "circle-x", "error"),
    "unreachable": ("Not reached", "unplug", "warning"),
    "unverifiable": ("Cannot be tested", "circle-question-mark", ""),
    "unreadable": ("Cannot be read", "lock", "error"),
    "new": ("New", "circle-dot", "busy"),
}


@cache
def _icon(name: str, css_class: str) -> SafeString:
    drawing = lucide(name, size=None, **{"class": css_class, "aria-hidden": "true"})
    begin, parts = drawing.split(">", 1)
    lines = [line.strip() for line in parts.splitlines()]
    # A page has fifty: what all of them say is said in base.css.
    return mark_safe(f"{PAINT.sub('', begin)}>{''.join(lines)}")  # noqa: S308 - the package's own drawings


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """An inline drawing of the pip package lucide; decoration only, so words must stand beside it."""
    return _icon(str(name), f"icon {css_class}".strip())


@register.simple_tag
@lru_cache(512)
def badge(value: str, words: str = "") -> SafeString:
    """A label with icon, colour and words for a sentiment, a status or a state; unknown values in plain words."""
    known, drawing, css_class = BADGES.get(value, (str(value).replace("_", " ").capitalize(), "circle-dashed", ""))
    css_class = f"badge {css_class}".strip()
    return format_html('<span class="{}">{}{}</span>', css_class, _icon(drawing, "icon"), words or known)


@register.simple_tag
@cache
def sentiment_icon(value: str) -> SafeString:
    _, drawing, css_class = BADGES.get(value, BADGES["uncertain"])
    return _icon(drawing, f"icon sentiment-icon {css_class.split()[0]}")


@register.simple_tag
@lru_cache(512)
def stars(rating: float | None, maximum: float | None = 5) -> SafeString | str:
    """A rating as five stars, or as a number when its scale is another; empty without a rating."""
    if rating is None:
        return ""
    if maximum != 5 or not 0 <= rating <= 5:
        return f"{rating:g}" if maximum is None else f"{rating:g}/{maximum:g}"
    full = round(rating)
    return format_html(
        '<span class="stars" role="img" aria-label="{} of 5 stars">{}<span class="off">{}</span></span>',
        f"{rating:g}", "★" * full, "★" * (5 - full),
    )  # fmt: skip


@register.simple_tag
@lru_cache(4096)
def score(value: float | None) -> SafeString | str:
    """A score of −1 to 1 as a number over a small bar that starts in the middle; empty without a score."""
    if value is None:
        return ""
    share = min(max(value, -1.0), 1.0) * 50
    tone = "positive" if value > 0 else "negative" if value < 0 else "neutral"
    bar = format_html('<rect class="{}" x="{}%" width="{}%" height="6"/>', tone, *_bar(share))
    return format_html(
        '<span class="score">{}<svg aria-hidden="true"><rect class="track" width="100%" height="6"/>{}</svg></span>',
        f"{value:+.2f}".replace("-", "\N{MINUS SIGN}"), bar,
    )  # fmt: skip


def _bar(share: float) -> tuple[str, str]:
    """Start and width in percent of a bar from the middle; never so narrow that it cannot be seen."""
    return f"{50 + min(share, 0):g}", f"{max(abs(share), 1):g}"


@register.simple_tag
def select_options(choices: Iterable[tuple[str, str, bool]]) -> SafeString:
    """The options of a select out of values, words, and whether they are chosen."""
    return _select_options(tuple(choices))


@lru_cache(64)
def _select_options(choices: tuple[tuple[str, str, bool], ...]) -> SafeString:
    chosen = {True: mark_safe(" selected"), False: ""}
    rows = ((value, chosen[is_chosen], words) for value, words, is_chosen in choices)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


@register.simple_tag
def check_boxes(name: str, choices: Iterable[tuple[str, str, bool]], icons: bool = False) -> SafeString:
    """A box for each of them, out of the same; with ``icons`` they are sentiments."""
    return _check_boxes(name, tuple(choices), icons)


@lru_cache(64)
def _check_boxes(name: str, choices: tuple[tuple[str, str, bool], ...], icons: bool) -> SafeString:
    chosen = {True: mark_safe(" checked"), False: ""}
    rows = (
        (name, value, chosen[is_chosen], sentiment_icon(value) if icons else "", words)
        for value, words, is_chosen in choices
    )
    box = '<label class="choice"><input type="checkbox" name="{}" value="{}"{}>{}<span>{}</span></label>\n'
    return format_html_join("", box, rows)


@register.simple_tag
def pushed_words(words: Iterable[tuple[str, float]]) -> SafeString:
    """Words in order, each underlined in the colour of the side it pushed the score to."""
    return format_html_join(" ", "{}", ((_pushed(word, push),) for word, push in words))


def _pushed(word: str, push: float) -> SafeString | str:
    if abs(push) < WEAK_PUSH:
        return word
    side = "positive" if push > 0 else "negative"
    strength = " push-strong" if abs(push) > STRONG_PUSH else ""
    return format_html('<span class="push-{}{}" title="{}">{}</span>', side, strength, f"{push:+.2f}", word)


@register.simple_tag
def timestamp(value: datetime | None, style: str = "relative") -> SafeString | str:
    """A moment in the page's time zone, named; scripts make it "3 hours ago" or local. Empty without a moment.

    Styles: relative, datetime, date.
    """
    if value is None:
        return ""
    local = value.astimezone(timezone.get_current_timezone()) if value.tzinfo else value
    words = f"{MONTHS[local.month]} {local.day}, {local.year}"
    if style != "date":
        words += f", {local.hour:02}:{local.minute:02} {local.tzname() or ''}"
    # Lists show hundreds: escaping and strftime took most of their time.
    html = f'<time datetime="{value.isoformat()}" data-style="{style}">{words}</time>'
    return mark_safe(html)  # noqa: S308 - digits, months and names of the time zone database


@register.filter
def duration(seconds: float | None) -> str:
    """A time span in its largest fitting unit, as live-job.js writes it; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


@register.filter
def sentence_case(text: str) -> str:
    """Titles of third-party pages In Title Case, made like ours."""
    words = " ".join(str(text).split())
    return words[:1].upper() + words[1:].lower()


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, name: str, *args: Any, icon: str, label: str, count: Any = "", exact: Any = False
) -> SafeString:
    """A link of the sidebar, current on its own page and, unless ``exact``, on those below it."""
    href = _path(name, *args)
    path = context["request"].path
    is_current = path == href if exact else path.startswith(href)
    return format_html(
        '<a href="{}"{}>{}<span>{}</span>{}</a>',
        href, CURRENT if is_current else "", _icon(icon, "icon"), label,
        "" if count in ("", None) else format_html('<span class="nav-count">{}</span>', count),
    )  # fmt: skip


@lru_cache(4096)
def _path(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)  # takes as long as all the rest of a link


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Django's own, but paths are remembered: pages have dozens."""
    node = url_tag(parser, token)
    return node if node.asvar else _PathNode(node)


class _PathNode(Node):
    def __init__(self, node: URLNode) -> None:
        self.node = node

    def render(self, context: Context) -> SafeString:
        args = (arg.resolve(context) for arg in self.node.args)
        kwargs = {name: value.resolve(context) for name, value in self.node.kwargs.items()}
        return conditional_escape(_path(self.node.view_name.resolve(context), *args, **kwargs))


def _drawn_once(compile_tag: Compile) -> Compile:
    """The tag as plain text of its template, if what it is given is written there: pages have dozens of these."""

    def compile_once(parser: Parser, token: Token) -> Node:
        node = cast(SimpleNode, compile_tag(parser, token))
        given = [*node.args, *node.kwargs.values()]
        is_known = not node.target_var and not any(one.is_var or one.filters for one in given)
        return TextNode(node.render(Context())) if is_known else node

    return compile_once


for _name in ("icon", "badge", "sentiment_icon"):
    register.tags[_name] = _drawn_once(register.tags[_name])
