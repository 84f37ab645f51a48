"""The pages that show something of all layers."""

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.ownership import owned_or_404, signed_in
from projects.choices import Platform
from projects.drafts import Draft
from projects.forms import TargetsForm
from projects.models import Project
from results import listing
from results.filters import ResultFilter
from results.insights.page import shown
from results.report import Question, presets, report
from results.views.requests import HtmxRequest
from scraping import progress
from scraping.models import Job, JobRefused, Schedule
from scraping.visits import since_last_visit
from sentimatrix_studio import overview
from sentimatrix_studio.dashboard.page import dashboard as dashboard_of
from sentimatrix_studio.dashboard.words import rising_words
from sentimatrix_studio.forms import ProjectSearchForm, SpanForm

PROJECTS_A_PAGE = 20
LATEST_RESULTS = 5
EXAMPLES = (  # from the sample project, with what the built-in engine says of them; a test asks it
    ("One of the best games I own. Even when things go wrong you come away with a great story to tell.",
     "very_positive", "joy"),
    ("Does the weather repeat each year or is it random? Asking before I commit to building on the low side.",
     "neutral", "surprise"),
    ("No co-op is a real shame. This is the exact kind of game I'd play with my brother every Sunday.",
     "very_negative", "sadness"),
)  # fmt: skip


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("dashboard")
    return render(request, "landing.html", {"examples": EXAMPLES})


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Of all days, or only those from ``?date_from=`` to ``?date_to=``, and of one platform with ``?platform=``."""
    form = SpanForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    asked = ResultFilter(
        date_from=chosen.get("date_from"),
        date_to=chosen.get("date_to"),
        platform=(chosen["platform"],) if chosen.get("platform") else (),
    )
    running = Job.objects.shown_to(request.user).live().prefetch_related("project").order_by("-created_at", "-pk")
    context = {
        "dashboard": dashboard_of(signed_in(request), asked),
        "running": [(job.project, progress.snapshot(job)) for job in running[:3]],
        "coming": Schedule.objects.coming(request.user).prefetch_related("project").first(),
        "asked": asked,
        "periods": presets(asked),
        "platform": Platform(asked.platform[0]).label if asked.platform else "",
    }
    return render(request, "dashboard.html", context)


@login_required
@require_safe
@vary_on_headers("HX-Request")
def dashboard_words(request: HtmxRequest) -> HttpResponse:
    """A part of the dashboard that takes a while; without htmx a page of its own."""
    ids = Project.objects.owned_by(request.user).not_archived().values_list("pk", flat=True)
    template = "dashboard/_words.html" if request.htmx else "dashboard/words.html"
    return render(request, template, {"rows": rising_words(list(ids))})


@login_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    form = ProjectSearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    own = Project.objects.owned_by(request.user)
    projects = own.filter(status=asked["status"]) if asked.get("status") else own.not_archived()
    found = projects.named_like(asked.get("search", "")).order_by("-created_at", "-pk")
    page = Paginator(found, PROJECTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": overview.project_rows(list(page.object_list)),
        "is_filtered": any(asked.values()),
    }
    return render(request, "projects/project_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def project_review(request: HttpRequest) -> HttpResponse:
    """The last step to a new project: what it will be, and go."""
    draft = Draft(request.session, signed_in(request))
    if not draft.is_begun:
        return redirect("projects:project_create")
    if request.method == "POST":
        return _create(request, draft)
    return render(request, "projects/project_review.html", {"step": 4, "draft": draft, "project": None})


def _create(request: HttpRequest, draft: Draft) -> HttpResponse:
    """To the file that is to be imported, or to the run, or to the new project."""
    upload = draft.upload
    project = draft.create(plan=Schedule.objects.begin)
    messages.success(request, f"“{project}” is created.")
    if upload:
        return redirect(f"{reverse('scraping:import_create', args=[project.pk])}?file={upload.id}")
    if "run" in request.POST:
        try:
            return redirect(Job.objects.start(project))
        except JobRefused as refused:
            messages.error(request, refused.message)
    return redirect(project)


@login_required
@require_safe
def project_detail(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    latest = Job.objects.filter(project=project).order_by("-created_at", "-pk").first()
    context = {
        "project": project,
        "report": report(project, Question()),
        "job": latest,
        "snapshot": progress.snapshot(latest) if latest and latest.is_live else None,
        "coming": Schedule.objects.coming(request.user).filter(project=project).first(),
        "has_targets": project.to_collect().exists(),
        "since": since_last_visit(signed_in(request), project),
        "insights": shown(project, ResultFilter()),
        "rows": listing.rows(project, listing.page(project, size=LATEST_RESULTS).results),
    }
    return render(request, "projects/project_detail.html", context)


@login_required
@require_safe
def target_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    context = {"project": project, "rows": overview.target_rows(project), "form": TargetsForm()}
    return render(request, "projects/target_list.html", context)
