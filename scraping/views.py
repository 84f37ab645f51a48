from typing import Any

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.ownership import owned_or_404, signed_in
from projects import files
from projects.models import Project
from projects.ownership import of_project_or_404
from results import exports, imports
from scraping import differences, importing, progress
from scraping.choices import Change
from scraping.forms import OptionsForm, UploadForm
from scraping.models import SILENT_QUEUE, Job, JobRefused, Slot
from scraping.sample import load_sample
from sentimatrix_studio.requests import costly

PAGE_SIZE = 25
FORM = require_http_methods(["GET", "POST"])


# Jobs


@login_required
@require_safe
def job_overview(request: HttpRequest) -> HttpResponse:
    jobs = Job.objects.shown_to(request.user).prefetch_related("project")
    return render(request, "scraping/job_overview.html", {"page": _page(request, jobs)})


@login_required
@require_safe
def job_list(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    page = _page(request, Job.objects.filter(project=project))
    return render(request, "scraping/job_list.html", {"project": project, "page": page})


def _page(request: HttpRequest, jobs: Any) -> Page[Any]:
    newest_first = jobs.with_collecting().order_by("-created_at", "-id")
    return Paginator(newest_first, PAGE_SIZE).get_page(request.GET.get("page"))


@login_required
@require_safe
def job_detail(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> HttpResponse:
    job = of_project_or_404(Job, request.user, project_id, job_id)
    context = {
        "project": job.project,
        "job": job,
        "snapshot": progress.snapshot(job),
        "bad_rows": job.row_errors.count(),
        "failed": job.steps.collecting().undone().prefetch_related("target"),
        "is_planned": Slot.objects.filter(job=job).exists(),
    }
    return render(request, "scraping/job_detail.html", context)


@login_required
@require_safe
def job_status(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> JsonResponse:
    """The snapshot, with the log from ``?after=`` on."""
    after = request.GET.get("after", "")
    seq = int(after[:10]) if after.isascii() and after.isdigit() else 0
    return JsonResponse(progress.snapshot(of_project_or_404(Job, request.user, project_id, job_id), seq))


@login_required
@require_POST
@costly("POST")
def job_start(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    project = owned_or_404(Project, request.user, project_id)
    try:
        return to_job(request, Job.objects.start(project))
    except JobRefused as refused:
        return explain_refusal(request, project, refused)


@login_required
@require_POST
def job_cancel(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> HttpResponse:
    job = of_project_or_404(Job, request.user, project_id, job_id)
    if job.cancel():
        progress.announce_end(job.pk)
        messages.success(request, "The job is cancelled. What was stored until then is kept.")
    return redirect(job)


@login_required
@require_POST
@costly("POST")
def job_retry(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> HttpResponse:
    job = of_project_or_404(Job, request.user, project_id, job_id)
    try:
        return to_job(request, job.retry())
    except JobRefused as refused:
        return explain_refusal(request, job.project, refused)


@login_required
@require_safe
def job_changes(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> HttpResponse:
    """The difference it made: of one kind, ``?change=``, page by page."""
    job = of_project_or_404(Job, request.user, project_id, job_id)
    counts = {change: getattr(job, change.value) for change in Change}
    first = next((change for change, count in counts.items() if count), Change.NEW)
    chosen = request.GET.get("change")
    change = Change(chosen) if chosen in Change.values else first
    page = Paginator(range(counts[change]), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "project": job.project,
        "job": job,
        "counts": counts,
        "change": change,
        "rows": differences.changed(job, change, PAGE_SIZE * (page.number - 1), PAGE_SIZE),
        "page": page,
    }
    return render(request, "scraping/job_changes.html", context)


@login_required
@require_safe
def job_errors(request: HttpRequest, project_id: ObjectId, job_id: ObjectId) -> StreamingHttpResponse:
    """The rows that could not be read, with line and reason, as CSV."""
    job = of_project_or_404(Job, request.user, project_id, job_id)
    kept = job.row_errors.order_by("target", "line").iterator()
    rows = (imports.RowError(row.line, row.reason, row.raw) for row in kept)
    file = exports.ExportFile(f"rows_not_read_{job.pk}.csv", exports.CONTENT_TYPES["csv"], imports.write_errors(rows))
    return exports.response(request, file)


def to_job(request: HttpRequest, job: Job) -> HttpResponse:
    if job.status_message == SILENT_QUEUE:
        messages.warning(request, SILENT_QUEUE)
    return redirect(job)


def explain_refusal(request: HttpRequest, project: Project, refused: JobRefused) -> HttpResponse:
    messages.error(request, refused.message)
    running = Job.objects.live().filter(project=project).first() if refused.code == "busy" else None
    return redirect(running or project)


# Import


@login_required
@FORM
@costly("POST")
def import_create(request: HttpRequest, project_id: ObjectId) -> HttpResponse:
    """First the file, then how it is to be read: ``?file=`` names the upload meanwhile."""
    project = owned_or_404(Project, request.user, project_id)
    file_id = request.GET.get("file")
    if not file_id:
        return _take_file(request, project)
    upload = files.find(signed_in(request).pk, ObjectId(file_id)) if ObjectId.is_valid(file_id) else None
    if upload is None:
        raise Http404
    return _choose_options(request, project, upload)


def _take_file(request: HttpRequest, project: Project) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            upload = importing.keep(signed_in(request).pk, form.name, form.chunks)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect(f"{reverse('scraping:import_create', args=[project.pk])}?file={upload.id}")
    context = {"project": project, "form": form}
    return render(request, "scraping/import_file.html", context, status=422 if form.errors else 200)


def _choose_options(request: HttpRequest, project: Project, upload: files.Upload) -> HttpResponse:
    form = OptionsForm(request.POST or None)
    try:
        preview = _preview(upload, form)
    except ValidationError as error:
        return _refuse_file(request, project, error)
    if form.is_bound and not form.errors and "import" in request.POST:
        try:
            return to_job(request, importing.start(project, upload, preview.options))
        except ValidationError as error:
            form.add_errors(error)
        except JobRefused as refused:
            form.add_error(None, refused.message)
    if form.errors:
        form.offer(preview.columns, preview.options.delimiter)
    else:
        form = OptionsForm.showing(preview.options, preview.columns)
    context = {"project": project, "upload": upload, "preview": preview, "form": form}
    return render(request, "scraping/import_options.html", context, status=422 if form.errors else 200)


def _preview(upload: files.Upload, form: OptionsForm) -> imports.Preview:
    """By the options in the form; by guesses alone where there are none, or none that work: then the form says so."""
    if form.is_bound and form.is_valid():
        try:
            return importing.preview(upload, form.options())
        except ValidationError as error:
            form.add_errors(error)
    return importing.preview(upload)


def _refuse_file(request: HttpRequest, project: Project, error: ValidationError) -> HttpResponse:
    for text in error.messages:
        messages.error(request, text)
    return redirect("scraping:import_create", project.pk)


# The sample


@login_required
@require_POST
@costly("POST")
def sample_load(request: HttpRequest) -> HttpResponse:
    """To the project page, where the job is to be seen."""
    try:
        return redirect(load_sample(signed_in(request)))
    except JobRefused as refused:
        messages.error(request, refused.message)
        return redirect("dashboard")
