from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from bson import ObjectId
from django.db import IntegrityError
from django.http import HttpRequest, StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import audit, authentication, challenge, recovery, removal, tokens
from accounts.authentication import TokenPair
from accounts.bodies import (
    ApiTokenSerializer,
    AuditEntrySerializer,
    CodeSerializer,
    ForgotPasswordSerializer,
    LoginSerializer,
    NewApiTokenSerializer,
    OwnPasswordSerializer,
    PasswordChangeSerializer,
    RefreshTokenSerializer,
    RegisterSerializer,
    ResetPasswordSerializer,
    UserSerializer,
    check_new_password,
)
from accounts.choices import Scope
from accounts.models import ApiToken, AuditEntry, User
from accounts.ownership import owned_or_404, signed_in
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import MessageJson, PageJson


class Door(rest.View):
    """Open to everyone; an old token sent along is no hindrance."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return authentication.CHALLENGE


class Register(Door):
    limit = "sign_in"

    @extend_schema(request=RegisterSerializer, responses={201: UserSerializer, 403: None, 409: None})
    def post(self, request: Request) -> Response:
        """Make an account.

        The first one of an installation is its administrator's. Later ones need sign-up to be open.
        """
        if not authentication.signup_is_open():
            raise exceptions.PermissionDenied("Sign-up is closed here.", code="AUTHORIZATION_ERROR")
        said = self.said(RegisterSerializer)
        user = User(email=said["email"], name=said["name"])
        user.set_password(said["password"])
        try:
            User.objects.enrol(user)
        except IntegrityError as error:
            raise rest.Conflict("There is an account with this e-mail address.", code="EMAIL_EXISTS") from error
        setup_user_email(request._request, user, [])
        EmailAddress.objects.get_primary(user).send_confirmation(request._request, signup=True)
        audit.record("signed_up", user)
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)


class Login(Door):
    limit = "sign_in"

    @extend_schema(request=LoginSerializer, responses={200: TokenPair, 401: None})
    def post(self, request: Request) -> Response:
        """Sign in.

        With a second factor: 401 with the code ``MFA_REQUIRED`` and an ``mfa_token`` for ``/auth/mfa``.
        """
        said = self.said(LoginSerializer)
        user = authentication.check_password(request._request, **said)
        if user is None:
            raise exceptions.AuthenticationFailed("E-mail address or password is wrong.", code="INVALID_CREDENTIALS")
        challenge.check(user)
        return Response(authentication.sign_in(user, "password"))


class SecondFactor(Door):
    limit = "sign_in"

    @extend_schema(request=CodeSerializer, responses={200: TokenPair, 401: None})
    def post(self, request: Request) -> Response:
        """Give the second factor.

        A code of the app, or a recovery code.
        """
        said = self.said(CodeSerializer)
        user = challenge.answer(**said)
        return Response(authentication.sign_in(user, "password, second factor"))


class ForgotPassword(Door):
    limit = "password_reset"

    @extend_schema(request=ForgotPasswordSerializer, responses={200: MessageJson})
    def post(self, request: Request) -> Response:
        """Ask for a mail to set a new password.

        Answers the same whether there is such an account or not.
        """
        said = self.said(ForgotPasswordSerializer)
        email = said["email"]
        if not recovery.may_ask(request._request, email):
            raise exceptions.Throttled(wait=60)
        recovery.send_link(request._request, email)
        return Response({"message": "If there is an account with this address, a mail is on its way to it."})


class ResetPassword(Door):
    limit = "password_reset"

    @extend_schema(request=ResetPasswordSerializer, responses={200: MessageJson, 401: None})
    def post(self, request: Request) -> Response:
        """Set a new password.

        With the token of the mail, which works once and for an hour.
        """
        said = self.said(ResetPasswordSerializer)
        user = recovery.owner_of(said["token"])
        if user is None:
            raise exceptions.AuthenticationFailed("This token was used before, or is too old.", code="INVALID_TOKEN")
        password = said["new_password"]
        check_new_password("new_password", password, user)
        recovery.reset(request._request, user, password)
        return Response({"message": "The password is changed. Sign in with it."})


class Refresh(Door):
    limit = "sign_in"

    @extend_schema(request=RefreshTokenSerializer, responses={200: TokenPair, 401: None})
    def post(self, request: Request) -> Response:
        """Renew the tokens.

        A refresh token works once: whoever presents it a second time ends all that came of the same sign-in.
        """
        said = self.said(RefreshTokenSerializer)
        return Response(authentication.next_tokens(said["refresh_token"]))


class Logout(Door):
    @extend_schema(request=RefreshTokenSerializer, responses={200: MessageJson, 401: None})
    def post(self, request: Request) -> Response:
        """Sign out.

        The refresh token says who leaves: the access token may have expired by then.
        """
        said = self.said(RefreshTokenSerializer)
        authentication.end_tokens(said["refresh_token"])
        return Response({"message": "You are signed out."})


class Me(rest.View):
    @property
    def scope(self) -> str:
        """Of API tokens: more is needed to delete the account than to change its name."""
        return Scope.ADMIN if self.request.method == "DELETE" else ""

    @extend_schema(responses={200: UserSerializer})
    def get(self, request: Request) -> Response:
        """Show one's account."""
        return Response(UserSerializer(request.user).data)

    @extend_schema(request=UserSerializer(partial=True), responses={200: UserSerializer})
    def put(self, request: Request) -> Response:
        """Change one's account.

        What is named in the body is changed, the rest stays.
        """
        serializer = UserSerializer(request.user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)

    @extend_schema(request=OwnPasswordSerializer, responses={204: None, 409: None})
    def delete(self, request: Request) -> Response:
        """Delete one's account.

        Asks for the password. Everything is gone within a minute.
        """
        self.said(OwnPasswordSerializer)
        user = signed_in(request)
        if user.is_last_administrator:
            raise rest.Conflict("Make somebody else an administrator first.")
        removal.leave(user)
        request._request.session.flush()
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyPassword(rest.View):
    scope = Scope.ADMIN

    @extend_schema(request=PasswordChangeSerializer, responses={200: MessageJson})
    def put(self, request: Request) -> Response:
        """Change one's password.

        Ends all sessions and tokens of the account, those in hand included.
        """
        said = self.said(PasswordChangeSerializer)
        recovery.change(request._request, signed_in(request), said["new_password"])
        return Response({"message": "The password is changed. Sign in again."})


FileOf = Callable[[HttpRequest, User], StreamingHttpResponse]


def no_file(request: HttpRequest, user: User) -> StreamingHttpResponse:
    raise NotImplementedError("The API map says who knows what all layers keep.")


class MyExport(rest.View):
    scope = Scope.ADMIN
    limit = "export"
    file_of: FileOf = staticmethod(no_file)

    @extend_schema(responses={200: dict[str, Any]})
    def get(self, request: Request) -> StreamingHttpResponse:
        """Take away all one's data.

        One JSON file with everything that is kept of the account, but for secrets.
        """
        user = signed_in(request)
        audit.record("export.made", user, request)
        return self.file_of(request._request, user)


class ApiTokenViewSet(rest.ViewSet):
    """What the account's programs sign in with. A token's text is in the answer that makes it, and nowhere else."""

    scope = Scope.ADMIN
    serializer_class = ApiTokenSerializer
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[ApiTokenSerializer]})
    def list(self, request: Request) -> Response:
        """List API tokens."""
        page = self.paginate_queryset(ApiToken.objects.usable(signed_in(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=ApiTokenSerializer, responses={201: NewApiTokenSerializer, 409: None})
    def create(self, request: Request) -> Response:
        """Make an API token.

        Its text is in this answer and nowhere else.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wish = serializer.validated_data
        try:
            token, text = tokens.create(signed_in(request), wish["name"], Scope(wish["scope"]), wish["expires_in_days"])
        except tokens.TooManyTokens as refusal:
            raise rest.Conflict(refusal.message) from refusal
        return Response({**self.get_serializer(token).data, "token": text}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, token_id: ObjectId) -> Response:
        """End an API token."""
        tokens.delete(owned_or_404(ApiToken, request.user, token_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyAudit(rest.ViewSet):
    serializer_class = AuditEntrySerializer
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[AuditEntrySerializer]})
    def list(self, request: Request) -> Response:
        """Read what happened to one's account.

        The latest first.
        """
        page = self.paginate_queryset(AuditEntry.objects.about(signed_in(request)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
