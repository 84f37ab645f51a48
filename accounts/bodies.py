"""What requests about accounts say, and what answers show."""

from typing import Any, Literal, TypedDict

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts import authentication, tokens
from accounts.choices import Scope
from accounts.models import NAME_LENGTH, ApiToken, AuditEntry, User
from sentimatrix_studio import rest

PASSWORD_LENGTH = authentication.PasswordMixValidator.longest


class UserSerializer(rest.ModelSerializer):
    class Meta:
        model = User
        fields = ("id", "email", "name", "role", "is_verified", "timezone", "theme", "created_at", "last_login")
        read_only_fields = ("email", "last_login")


class AuditEntrySerializer(rest.ModelSerializer):
    created_at = rest.UtcField(source="at")

    class Meta:
        model = AuditEntry
        fields = ("id", "event", "created_at", "address", "user_agent", "request_id", "details")
        read_only_fields = fields


class ApiTokenSerializer(rest.ModelSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH)
    scope = serializers.ChoiceField(Scope.choices, default=Scope.READ.value)
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=tokens.LONGEST_DAYS, default=tokens.USUAL_DAYS, write_only=True
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "scope",
            "ending",
            "created_at",
            "expires_at",
            "last_used",
            "expires_in_days",
        )
        read_only_fields = ("created_at", "expires_at", "last_used")


class PasswordField(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, write_only=True, max_length=PASSWORD_LENGTH, **kwargs)


def check_new_password(name: str, password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise serializers.ValidationError({name: error.messages}) from error


class RegisterSerializer(rest.Serializer):
    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=NAME_LENGTH)
    password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        check_new_password("password", attrs["password"], User(email=attrs["email"], name=attrs["name"]))
        return attrs


class LoginSerializer(rest.Serializer):
    email = serializers.CharField(max_length=254)
    password = PasswordField()


class CodeSerializer(rest.Serializer):
    mfa_token = serializers.CharField(max_length=500)
    code = serializers.CharField(max_length=20)


class ForgotPasswordSerializer(rest.Serializer):
    email = serializers.EmailField(max_length=254)


class ResetPasswordSerializer(rest.Serializer):
    token = serializers.CharField(max_length=200)
    new_password = PasswordField()


class RefreshTokenSerializer(rest.Serializer):
    refresh_token = serializers.CharField(max_length=2000)


NONE_SET = (
    "This account has no password yet: it is signed in to with Google or GitHub. Set one with the link that "
    "POST /auth/forgot-password mails."
)


class OwnPasswordSerializer(rest.Serializer):
    """Asks those who are signed in for their password again."""

    asked = "password"

    def get_fields(self) -> dict[str, Any]:
        return {self.asked: PasswordField(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        request = self.context["request"]
        if not request.user.has_usable_password():
            raise serializers.ValidationError({self.asked: [NONE_SET]})
        if authentication.check_password(request._request, request.user.email, attrs[self.asked]) is None:
            raise serializers.ValidationError({self.asked: ["This is not your password."]})
        return attrs


class PasswordChangeSerializer(OwnPasswordSerializer):
    asked = "current_password"
    new_password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        check_new_password("new_password", attrs["new_password"], self.context["request"].user)
        return attrs


class NewApiTokenSerializer(ApiTokenSerializer):
    """With its text, which is shown this once."""

    token = serializers.CharField()

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")


class OAuthProviderJson(TypedDict):
    id: Literal["google", "github"]
    name: str
    url: str


class OAuthProvidersJson(TypedDict):
    items: list[OAuthProviderJson]
