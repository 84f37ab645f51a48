from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from allauth.account.utils import setup_user_email
from bson import ObjectId
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from rest_framework import exceptions, permissions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import authentication, challenge, recovery, removal, tokens
from accounts.choices import Scope
from accounts.models import NAME_LENGTH, ApiToken, AuditEntry, User
from accounts.ownership import owned_or_404, signed_in
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
        fields = ("id", "name", "scope", "ending", "created_at", "expires_at", "last_used", "expires_in_days")
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


class OwnPasswordSerializer(rest.Serializer):
    """Asks those who are signed in for their password again."""

    asked = "password"

    def get_fields(self) -> dict[str, Any]:
        return {self.asked: PasswordField(), **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        request = self.context["request"]
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


class Door(rest.View):
    """Open to everyone; an old token sent along is no hindrance."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return authentication.CHALLENGE


class Register(Door):
    limit = "sign_in"

    def post(self, request: Request) -> Response:
        if not authentication.signup_is_open():
            raise exceptions.PermissionDenied("Sign-up is closed here.", code="AUTHORIZATION_ERROR")
        serializer = RegisterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = User(email=serializer.validated_data["email"], name=serializer.validated_data["name"])
        user.set_password(serializer.validated_data["password"])
        try:
            User.objects.enrol(user)
        except IntegrityError as error:
            raise rest.Conflict("There is an account with this e-mail address.", code="EMAIL_EXISTS") from error
        setup_user_email(request._request, user, [])
        EmailAddress.objects.get_primary(user).send_confirmation(request._request, signup=True)
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)


class Login(Door):
    limit = "sign_in"

    def post(self, request: Request) -> Response:
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = authentication.check_password(request._request, **serializer.validated_data)
        if user is None:
            raise exceptions.AuthenticationFailed("E-mail address or password is wrong.", code="INVALID_CREDENTIALS")
        challenge.check(user)
        return Response(authentication.sign_in(user, "password"))


class SecondFactor(Door):
    """The second step, for those with a second factor: a code of their app, or a recovery code."""

    limit = "sign_in"

    def post(self, request: Request) -> Response:
        serializer = CodeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = challenge.answer(**serializer.validated_data)
        return Response(authentication.sign_in(user, "password, second factor"))


class ForgotPassword(Door):
    """Answers the same whether there is such an account or not."""

    limit = "password_reset"

    def post(self, request: Request) -> Response:
        serializer = ForgotPasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        email = serializer.validated_data["email"]
        if not recovery.may_ask(request._request, email):
            raise exceptions.Throttled(wait=60)
        recovery.send_link(request._request, email)
        return Response({"message": "If there is an account with this address, a mail is on its way to it."})


class ResetPassword(Door):
    """With the token of the mail, which works once and for an hour."""

    limit = "password_reset"

    def post(self, request: Request) -> Response:
        serializer = ResetPasswordSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = recovery.owner_of(serializer.validated_data["token"])
        if user is None:
            raise exceptions.AuthenticationFailed("This token was used before, or is too old.", code="INVALID_TOKEN")
        password = serializer.validated_data["new_password"]
        check_new_password("new_password", password, user)
        recovery.reset(request._request, user, password)
        return Response({"message": "The password is changed. Sign in with it."})


class Refresh(Door):
    def post(self, request: Request) -> Response:
        serializer = RefreshTokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(authentication.next_tokens(serializer.validated_data["refresh_token"]))


class Logout(Door):
    """The refresh token says who leaves: the access token may have expired by then."""

    def post(self, request: Request) -> Response:
        serializer = RefreshTokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        authentication.end_tokens(serializer.validated_data["refresh_token"])
        return Response({"message": "You are signed out."})


class Me(rest.View):
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(request.user).data)

    def put(self, request: Request) -> Response:
        serializer = UserSerializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    def delete(self, request: Request) -> Response:
        OwnPasswordSerializer(data=request.data, context={"request": request}).is_valid(raise_exception=True)
        user = signed_in(request)
        if user.is_last_administrator:
            raise rest.Conflict("Make somebody else an administrator first.")
        removal.leave(user)
        request._request.session.flush()
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyPassword(rest.View):
    """Ends all sessions and tokens of the account, those in hand included."""

    scope = Scope.ADMIN

    def put(self, request: Request) -> Response:
        serializer = PasswordChangeSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        user = signed_in(request)
        user.set_password(serializer.validated_data["new_password"])
        user.save(update_fields=["password"])
        request._request.session.flush()
        password_changed.send(sender=User, request=request._request, user=user)
        return Response({"message": "The password is changed. Sign in again."})


class ApiTokenViewSet(rest.ViewSet):
    """What the account's programs sign in with. A token's text is in the answer that makes it, and nowhere else."""

    scope = Scope.ADMIN
    serializer_class = ApiTokenSerializer
    query_parameters = {"list": rest.PAGING}

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(ApiToken.objects.usable(signed_in(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        try:
            token, text = tokens.create(signed_in(request), wish["name"], Scope(wish["scope"]), wish["expires_in_days"])
        except tokens.TooManyTokens as refusal:
            raise rest.Conflict(refusal.message) from refusal
        return Response({**self.get_serializer(token).data, "token": text}, status=status.HTTP_201_CREATED)

    def destroy(self, request: Request, token_id: ObjectId) -> Response:
        tokens.delete(owned_or_404(ApiToken, request.user, token_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyAudit(rest.ViewSet):
    """What happened to one's account, the latest first."""

    serializer_class = AuditEntrySerializer
    query_parameters = {"list": rest.PAGING}

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(AuditEntry.objects.about(signed_in(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
