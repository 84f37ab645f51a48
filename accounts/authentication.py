"""How one signs in: the rules allauth and simplejwt leave to us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from rest_framework_simplejwt import authentication

from accounts.models import User


class PasswordMixValidator:
    """Demands an upper-case letter, a lower-case letter and a digit, and no more than 128 characters."""

    longest = 128

    def validate(self, password: str, user: Any = None) -> None:
        kinds = (str.isupper, str.islower, str.isdigit)
        if not all(any(kind(letter) for letter in password) for kind in kinds) or len(password) > self.longest:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return "Use upper and lower case letters and a digit, and at most 128 characters."


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The first account can always be made: it is the administrator's."""
        return settings.SIGNUP == "open" or not User.objects.exists()


class JWTAuthentication(authentication.JWTAuthentication):
    """Access tokens; API tokens join here."""
