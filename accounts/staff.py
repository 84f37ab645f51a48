"""Who may run the site. With ``REQUIRE_STAFF_MFA`` on, that takes a second factor."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User
from accounts.ownership import Person

LoginView = Callable[..., HttpResponse]


def lacks_second_factor(person: Person) -> bool:
    return settings.REQUIRE_STAFF_MFA and isinstance(person, User) and not is_mfa_enabled(person)


def is_staff(person: Person) -> bool:
    return isinstance(person, User) and person.is_active and person.is_staff


def may_administer(request: HttpRequest) -> bool:
    """In place of the admin site's own ``has_permission``."""
    return is_staff(request.user) and not lacks_second_factor(request.user)


def admin_login(login: LoginView) -> LoginView:
    """The admin's sign-in page by way of the site's: under its limits, and with a second factor where it is needed."""
    guarded: LoginView = secure_admin_login(login)

    @wraps(login)
    def lead(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_staff(request.user) and lacks_second_factor(request.user):
            messages.warning(request, "Administrators need a second step to sign in here. Set one up first.")
            return redirect("mfa_index")
        return guarded(request, *args, **kwargs)

    return lead


class HasSecondFactor(BasePermission):
    """For what is only for staff at the API; whatever is signed in with, the account needs the factor."""

    message = "Administrators need a second factor here. Set one up first."

    def has_permission(self, request: Request, view: Any) -> bool:
        return not lacks_second_factor(request.user)
