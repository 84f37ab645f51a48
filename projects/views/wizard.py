"""The steps to a new project: product, sources, preset (and settings); the last, review, is in ``sentimatrix_studio``,
as it may start a run."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.ownership import signed_in
from projects import files
from projects.drafts import Draft
from projects.forms import ConfigForm, DraftForm, PresetChoiceForm, ProductForm, SourcesForm
from projects.models import Preset

FORM = require_http_methods(["GET", "POST"])


@login_required
@FORM
def project_create(request: HttpRequest) -> HttpResponse:
    """What it is about."""
    draft = Draft(request.session, signed_in(request))
    if "forget" in request.POST:
        draft.forget()
        return redirect("projects:project_create")
    said = request.POST or None
    form = DraftForm(said, initial=draft.said)
    product = ProductForm(said, values={"product": draft.said["product"]})
    if form.is_valid() & product.is_valid():  # both, so that each says what is wrong
        draft.keep(**form.cleaned_data, product=product.values()["product"])
        return redirect("projects:project_sources")
    context = {"step": 1, "draft": draft, "form": form, "product": product, "forms": (form, product)}
    has_errors = bool(form.errors or product.errors)
    return render(request, "projects/project_create.html", context, status=422 if has_errors else 200)


@login_required
@FORM
def project_sources(request: HttpRequest) -> HttpResponse:
    """Where its reviews come from."""
    draft = Draft(request.session, signed_in(request))
    if not draft.is_begun:
        return redirect("projects:project_create")
    form = SourcesForm(request.POST or None, request.FILES or None, initial={"addresses": draft.said["addresses"]})
    if form.is_valid() and _keep_sources(draft, form):
        return redirect("projects:project_preset")
    context = {"step": 2, "draft": draft, "form": form}
    return render(request, "projects/project_sources.html", context, status=422 if form.errors else 200)


def _keep_sources(draft: Draft, form: SourcesForm) -> bool:
    """False when the file is refused: then the form says why."""
    upload, file = draft.said["upload"], form.cleaned_data["file"]
    if form.cleaned_data["without_file"]:
        upload = ""
    if file:
        try:
            upload = str(files.save(draft.user.pk, file.name, file.chunks()).id)
        except files.UploadRefused as refused:
            form.add_error("file", refused.message)
            return False
    draft.keep(addresses=form.data.get("addresses", ""), upload=upload)
    return True


@login_required
@FORM
def project_preset(request: HttpRequest) -> HttpResponse:
    """Which settings it starts with."""
    draft = Draft(request.session, signed_in(request))
    if not draft.is_begun:
        return redirect("projects:project_create")
    presets = Preset.objects.open_to(request.user)
    form = PresetChoiceForm(request.POST or None, presets=presets, initial={"preset": str(draft.preset.pk)})
    if form.is_valid():
        if (chosen := form.cleaned_data["preset"]) != draft.said["preset"]:
            draft.keep(preset=chosen, config=None)
        return redirect("projects:project_settings" if "adjust" in request.POST else "projects:project_review")
    context = {"step": 3, "draft": draft, "form": form, "presets": presets}
    return render(request, "projects/project_preset.html", context, status=422 if form.errors else 200)


@login_required
@FORM
def project_settings(request: HttpRequest) -> HttpResponse:
    """The settings of the preset one by one, for who wants others."""
    draft = Draft(request.session, signed_in(request))
    if not draft.is_begun:
        return redirect("projects:project_create")
    form = ConfigForm(request.POST or None, values=draft.config)
    if form.is_valid():
        values = form.values()
        draft.keep(config=None if values == draft.preset.config else values)
        return redirect("projects:project_review")
    context = {"step": 3, "draft": draft, "config": form, "forms": (form,)}
    return render(request, "projects/project_settings.html", context, status=422 if form.errors else 200)
