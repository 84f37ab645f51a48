from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from results.analysis.engine import AnalysisError
from results.analysis.on_demand import analyse_now, explain_now
from results.forms import SentenceForm
from results.shares import emotion_shares, fine_emotion_shares, sentiment_shares
from results.views.requests import HtmxRequest
from sentimatrix_studio.requests import costly


@login_required
@require_http_methods(["GET", "POST"])
@costly("POST")
def try_sentence(request: HtmxRequest) -> HttpResponse:
    """What the local engine makes of a sentence. Nothing is kept."""
    form = SentenceForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context |= _read(form.cleaned_data["text"])
        except AnalysisError as error:
            context["problem"] = error.message
    template = "results/_try.html" if request.htmx else "results/try_sentence.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _read(text: str) -> dict[str, Any]:
    analysis, _ = analyse_now(text)
    return {
        "analysis": analysis,
        "scores": sentiment_shares(analysis.scores, 5),
        "emotions": emotion_shares(analysis.emotions),
        "fine_emotions": fine_emotion_shares(analysis.fine_emotions),
        "words": explain_now(text) if analysis.is_analysed else [],
    }
