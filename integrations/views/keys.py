"""The pages of keys, in the settings of their owner."""

from dataclasses import asdict, dataclass

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_ratelimit.decorators import ratelimit

from accounts.ownership import owned_or_404, signed_in
from integrations import keys
from integrations.forms import KeyForm, OwnModelForm
from integrations.models import Credential, OwnModel
from integrations.prices import models_of
from integrations.providers import PROVIDERS, Kind, Provider, of_kind

FORM = require_http_methods(["GET", "POST"])
TESTS = "10/m"  # of keys, by one person


@dataclass(frozen=True)
class Row:
    """A provider in the list, with the reader's key if there is one."""

    provider: Provider
    credential: Credential | None

    @property
    def state(self) -> str:
        return self.credential.state if self.credential else ""


def _provider(provider: str) -> Provider:
    if provider not in PROVIDERS:
        raise Http404
    return PROVIDERS[provider]


def _credential(request: HttpRequest, provider: Provider) -> Credential | None:
    found: Credential | None = Credential.objects.owned_by(request.user).filter(provider=provider.id).first()
    return found


def _credential_or_404(request: HttpRequest, provider: Provider) -> Credential:
    if credential := _credential(request, provider):
        return credential
    raise Http404


@login_required
@require_GET
def key_list(request: HttpRequest) -> HttpResponse:
    mine = {credential.provider: credential for credential in Credential.objects.owned_by(request.user)}
    groups = [(kind, [Row(one, mine.get(one.id)) for one in of_kind(kind)]) for kind in Kind]
    return render(request, "integrations/key_list.html", {"groups": groups, "has_keys": bool(mine)})


@login_required
@never_cache
@FORM
def key_edit(request: HttpRequest, provider: str) -> HttpResponse:
    found = _provider(provider)
    credential = _credential(request, found)
    form = KeyForm(request.POST or None, provider=found, credential=credential)
    if form.is_valid():
        keys.enter(signed_in(request), found, form.cleaned_data["values"], form.cleaned_data["label"])
        messages.success(request, f"The key for {found} is kept. Test it to see whether it is good.")
        return redirect(f"{reverse('integrations:key_list')}#key-{found.id}")
    context = {"provider": found, "row": Row(found, credential), "form": form}
    context["models"] = models_of(signed_in(request), [found])[found.id]
    return render(request, "integrations/key_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@ratelimit(key="user", rate=TESTS)  # type: ignore[untyped-decorator]
def key_test(request: HttpRequest, provider: str) -> HttpResponse:
    found = _provider(provider)
    credential = _credential_or_404(request, found)
    verdict = keys.test(credential, found)
    if request.htmx:  # type: ignore[attr-defined]  # set by the middleware of django-htmx
        return render(request, "integrations/_key.html", {"row": Row(found, credential)})
    tell = messages.success if verdict.is_usable else messages.warning
    tell(request, verdict.error or f"The key for {found} is good.")
    return redirect(f"{reverse('integrations:key_list')}#key-{found.id}")


@login_required
@FORM
def key_delete(request: HttpRequest, provider: str) -> HttpResponse:
    found = _provider(provider)
    credential = _credential_or_404(request, found)
    if request.method == "POST":
        keys.remove(credential)
        messages.success(request, f"The key for {found} is deleted.")
        return redirect("integrations:key_list")
    context = {
        "title": f"Delete the key for {found}?",
        "text": f"Whatever uses {found} goes on without it.",
        "effects": ["Studio forgets it for good.", f"At {found} it still counts, until you end it there."],
        "action": "Delete",
        "cancel_url": reverse("integrations:key_list"),
    }
    return render(request, "ui/confirm.html", context)


@login_required
@FORM
def model_create(request: HttpRequest, provider: str) -> HttpResponse:
    """An empty form, or for a model of the catalogue one with what is known of it."""
    found = _provider(provider)
    if found.kind != Kind.LLM:
        raise Http404
    known = [asdict(model) for model in found.models if model.id == request.GET.get("model")]
    initial = {**known[0], "model": known[0]["id"]} if known else None
    own = OwnModel(owner=signed_in(request), provider=found.id)
    return _model_form(request, found, OwnModelForm(request.POST or None, instance=own, initial=initial))


@login_required
@FORM
def model_edit(request: HttpRequest, model_id: ObjectId) -> HttpResponse:
    own = owned_or_404(OwnModel, request.user, model_id)
    return _model_form(request, _provider(own.provider), OwnModelForm(request.POST or None, instance=own))


def _model_form(request: HttpRequest, provider: Provider, form: OwnModelForm) -> HttpResponse:
    if form.is_valid():
        form.save()
        messages.success(request, "Your facts about this model are kept.")
        return redirect("integrations:key_edit", provider.id)
    context = {"provider": provider, "form": form}
    return render(request, "integrations/model_edit.html", context, status=422 if form.errors else 200)


@login_required
@FORM
def model_delete(request: HttpRequest, model_id: ObjectId) -> HttpResponse:
    own = owned_or_404(OwnModel, request.user, model_id)
    if request.method == "POST":
        own.delete()
        return redirect("integrations:key_edit", own.provider)
    context = {
        "title": f"Forget what you said of “{own}”?",
        "text": "What the catalogue knows of it counts again; a model that is not in it goes.",
        "action": "Forget it",
        "cancel_url": reverse("integrations:key_edit", args=[own.provider]),
    }
    return render(request, "ui/confirm.html", context)
