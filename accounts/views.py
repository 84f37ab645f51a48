from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms import AccountDeleteForm, ProfileForm
from accounts.ownership import signed_in


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
@require_http_methods(["GET", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    form = AccountDeleteForm(request.POST or None, request=request)
    if form.is_valid():
        user = signed_in(request)
        logout(request)
        user.delete_everything()
        messages.success(request, "Your account and all that belonged to it are deleted.")
        return redirect("landing")
    context = {
        "form": form,
        "title": "Delete your account?",
        "effects": ["All projects, targets, reviews, jobs and uploaded files go with it.", "It cannot be undone."],
        "action": "Delete the account",
        "cancel_url": reverse("accounts:profile"),
    }
    return render(request, "ui/confirm.html", context, status=422 if form.errors else 200)
