from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from bson import ObjectId
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import removal, sessions, sign_out, tokens
from accounts.activity import Line
from accounts.choices import Theme
from accounts.forms import AccountDeleteForm, ProfileForm, TokenForm
from accounts.models import ApiToken, AuditEntry, TokenFamily
from accounts.ownership import of_user_or_404, owned_or_404, signed_in

LINES = 50  # of the activity, on one page


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=signed_in(request))
    if form.is_valid():
        form.save()
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """From the menu in the top bar, which has applied the choice already."""
    user = signed_in(request)
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        return HttpResponse(status=422)
    user.theme = chosen
    user.save(update_fields=["theme"])
    return HttpResponse(status=204)


@login_required
@require_GET
def session_list(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {"sessions": sessions.of(user), "sign_ins": sessions.sign_ins(user)}
    return render(request, "accounts/session_list.html", context)


@login_required
@require_POST
def session_end(request: HttpRequest, session_id: ObjectId) -> HttpResponse:
    sign_out.end_session(of_user_or_404(UserSession, request.user, session_id))
    return redirect("accounts:session_list")


@login_required
@require_POST
def session_end_others(request: HttpRequest) -> HttpResponse:
    sign_out.end_others(signed_in(request))
    messages.success(request, "You are signed in here only.")
    return redirect("accounts:session_list")


@login_required
@require_POST
def sign_in_end(request: HttpRequest, sign_in_id: ObjectId) -> HttpResponse:
    sign_out.end_family(of_user_or_404(TokenFamily, request.user, sign_in_id))
    return redirect("accounts:session_list")


@login_required
@require_GET
def token_list(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/token_list.html", {"tokens": ApiToken.objects.usable(signed_in(request))})


@login_required
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def token_create(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None, owner=signed_in(request))
    if form.is_valid() and (made := form.create()):
        token, text = made
        return render(request, "accounts/token_created.html", {"token": token, "text": text}, status=201)
    return render(request, "accounts/token_create.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def token_delete(request: HttpRequest, token_id: ObjectId) -> HttpResponse:
    token = owned_or_404(ApiToken, request.user, token_id)
    if request.method == "POST":
        tokens.delete(token)
        messages.success(request, f"“{token.name}” is deleted.")
        return redirect("accounts:token_list")
    context = {
        "title": f"Delete “{token.name}”?",
        "text": "Programs that use it are refused from now on.",
        "action": "Delete the token",
        "cancel_url": reverse("accounts:token_list"),
    }
    return render(request, "accounts/confirm.html", context)


@login_required
@require_GET
def activity(request: HttpRequest) -> HttpResponse:
    """By number and not by page: entries come while somebody leafs through them."""
    entries = AuditEntry.objects.about(signed_in(request))
    if before := request.GET.get("before"):
        entries = entries.filter(seq__lt=_number(before))
    found = list(entries[: LINES + 1])
    context = {
        "lines": [Line(entry) for entry in found[:LINES]],
        "older": f"?before={found[LINES - 1].seq}" if len(found) > LINES else "",
        "newer": "?" if before else "",
    }
    return render(request, "accounts/activity.html", context)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


@login_required
@require_GET
def data(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/data.html")


@login_required
@require_http_methods(["GET", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    if not signed_in(request).has_usable_password():
        messages.info(request, "Set a password first: deleting the account asks for it.")
        return redirect("account_set_password")
    form = AccountDeleteForm(request.POST or None, request=request)
    if form.is_valid():
        user = signed_in(request)
        logout(request)
        removal.leave(user)
        messages.success(request, "Your account and all that belonged to it are deleted.")
        return redirect("landing")
    context = {
        "form": form,
        "title": "Delete your account?",
        "effects": ["All projects, targets, reviews, jobs and uploaded files go with it.", "It cannot be undone."],
        "action": "Delete the account",
        "cancel_url": reverse("accounts:data"),
    }
    return render(request, "accounts/confirm.html", context, status=422 if form.errors else 200)
