"""What reviews say: keywords, rising terms, and insights."""

import csv
import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.ownership import owned_or_404
from projects.models import Project
from results import charts, explorer, exports
from results import insights as insights_of
from results import keywords as words
from results.charts import Item
from results.chips import chips
from results.choices import POLARITY_OF, Sentiment, labels_shown
from results.filters import ResultFilter
from results.insights.page import shown
from results.keywords import KeywordsJson, RisingJson
from results.links import reviews_link
from results.report import presets
from sentimatrix_studio.requests import costly

CSV_COLUMNS = ("side", "term", "count", "share", "others", "avg_score", "weight", "search")


@login_required
@require_safe
@costly("GET")
def keywords(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """Also a part of the analytics page, which asks for it when it is there: it may take a second."""
    project = owned_or_404(Project, request.user, project_id)
    asked, problems = _asked(request, project)
    compared = asked.without("sentiment", "state")
    found, rising = words.keywords(project, compared), words.rising(project, compared)
    context = {
        "project": project,
        "problems": problems,
        "asked": compared,
        "presets": presets(compared),
        "chips": chips(compared, project),
        "found": found,
        "panels": _panels(project, compared, found),
        "rising": rising,
        "days": _days(rising),
        "risen": _risen(project, compared, rising),
    }
    return render(request, "results/keywords.html", context, status=422 if problems else 200)


def _asked(request: HttpRequest, project: Project) -> tuple[ResultFilter, list[str]]:
    try:
        return ResultFilter.parse(project, request.GET), []
    except ValidationError as error:
        return ResultFilter(), explorer.problems(error)


def _panels(project: Project, asked: ResultFilter, found: KeywordsJson) -> list[tuple[str, str, int, Any]]:
    """Key, words, reviews and chart of each side: a bar opens the reviews of the side that have the term."""
    link, since = reviews_link(project, asked.without("search")), _moment(found["since"])
    panels = []
    for side, terms in found["keywords"].items():
        labels = [label for label in labels_shown(project.sentiment_classes) if POLARITY_OF.get(label, label) == side]
        urls = [link(search=_both(asked, one["search"]), sentiment=tuple(labels), date_from=since) for one in terms]
        items = [Item(side, one["term"], one["count"], url) for one, url in zip(terms, urls, strict=True)]
        chart = charts.counts(items, columns=("Term", "Reviews"), total=found["sides"][side])
        if not terms and found["sides"][side]:
            chart = replace(chart, empty="No word stands out.")
        panels.append((side, str(Sentiment(side).label), found["sides"][side], chart))
    return panels


def _days(rising: RisingJson) -> dict[str, date]:
    day = date.fromisoformat
    return {
        "date_from": day(rising["date_from"]),
        "date_to": day(rising["date_to"]),
        "before_from": day(rising["before_from"]),
        "before_to": day(rising["before_to"]),
    }


def _risen(project: Project, asked: ResultFilter, rising: RisingJson) -> list[tuple[Any, str, str]]:
    """Each term with the address of its reviews, now and before."""
    day = datetime.fromisoformat
    now, before = (
        reviews_link(project, replace(asked, search="", date_from=day(first).date(), date_to=day(last).date()))
        for first, last in (
            (rising["date_from"], rising["date_to"]),
            (rising["before_from"], rising["before_to"]),
        )
    )
    since, since_before, terms = _moment(rising["since"]), _moment(rising["since_before"]), []
    for one in rising["terms"]:
        search = {"search": _both(asked, one["search"]), "state": "analysed"}
        terms.append((one, now(date_from=since, **search), before(date_from=since_before, **search)))
    return terms


def _both(asked: ResultFilter, search: str) -> str:
    return f"{asked.search} {search}".strip()


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


@login_required
@require_safe
@costly("GET")
def keywords_export(request: HttpRequest, project_id: ObjectId) -> HttpResponseBase:
    """The same terms as a table, with all that is known of them."""
    project = owned_or_404(Project, request.user, project_id)
    asked, problems = _asked(request, project)
    if problems:
        messages.error(request, f"Nothing was exported. {' '.join(problems)}")
        return redirect("results:keywords", project_id)
    found = words.keywords(project, asked.without("sentiment", "state"))
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(CSV_COLUMNS)
    for side, terms in found["keywords"].items():
        for one in terms:
            values: dict[str, Any] = {"side": side, **one}
            rows.writerow([exports.harmless(values[name]) for name in CSV_COLUMNS])
    chunks = iter([table.getvalue().encode("utf-8-sig")])
    return exports.response(request, exports.ExportFile("keywords.csv", exports.CONTENT_TYPES["csv"], chunks))


@login_required
@require_http_methods(["GET", "POST"])
@costly("POST")
def insights(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """What was written last of a filter; posting asks a worker to write it anew."""
    project = owned_or_404(Project, request.user, project_id)
    asked, problems = _asked(request, project)
    asked = asked.without("sentiment", "state")  # sides are compared
    if request.method == "POST" and not problems:
        insights_of.ask(project, asked)
        return redirect(f"{reverse('results:insights', args=[project.pk])}{f'?{asked.query}' if asked.query else ''}")
    context = {
        "project": project,
        "problems": problems,
        "asked": asked,
        "presets": presets(asked),
        "chips": chips(asked, project),
        "insights": shown(project, asked),
    }
    return render(request, "results/insights.html", context, status=422 if problems else 200)
