from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.ownership import owned_or_404
from projects.models import Project
from results import counting, explorer
from results.analysis.estimating import outlook
from results.chips import chips
from results.filters import ResultFilter
from scraping.models import JobRefused
from scraping.reanalysis import starting
from scraping.reanalysis.forms import ReanalysisForm
from scraping.views import explain_refusal, to_job
from sentimatrix_studio.requests import costly


@login_required
@require_http_methods(["GET", "POST"])
@costly("POST")
def reanalyse(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """How many reviews the filter of the query string finds, and what reading them again takes."""
    project = owned_or_404(Project, request.user, project_id)
    try:
        asked = ResultFilter.parse(project, request.GET)
    except ValidationError as error:
        messages.error(request, f"Nothing is read again. {' '.join(explorer.problems(error))}")
        return redirect("results:result_list", project_id)
    form = ReanalysisForm(project, request.POST or None)
    if form.is_valid():
        try:
            return to_job(request, starting.start(project, asked, form.cleaned_data["engine"]))
        except JobRefused as refused:
            return explain_refusal(request, project, refused)
    return render(request, "scraping/reanalyse.html", _shown(project, asked, form), status=422 if form.errors else 200)


def _shown(project: Project, asked: ResultFilter, form: ReanalysisForm) -> dict[str, object]:
    return {
        "project": project,
        "form": form,
        "asked": asked,
        "chips": chips(asked, project),
        "counts": counting.counts(project, asked),
        "outlook": outlook(project, asked.queryset(project)),
    }
