"""The base of every API view."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from rest_framework import exceptions, status, viewsets
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from sentimatrix_studio.rest import idempotency
from sentimatrix_studio.rest.bodies import JSONParser, Serializer, Strict
from sentimatrix_studio.rest.paging import Pager
from sentimatrix_studio.rest.queries import StrictQuery, action_of


class Conflict(exceptions.APIException):
    """What is asked for contradicts what is already there."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This contradicts what is already there."
    default_code = "CONFLICT_ERROR"


class Counted:
    """Requests are counted before it is asked whether they are allowed: being refused costs as much."""

    # A name of settings.LIMITS that holds besides the general limit; None: requests are not counted at all.
    limit: ClassVar[str | None] = ""
    http_method_names = ("get", "post", "put", "delete", "head")  # the OpenAPI document says more than OPTIONS could

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Done above."""


class Bodiless:
    """Refuses a body where none is expected, as it refuses a field it does not know."""

    bodiless_actions: ClassVar[Collection[str]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if action_of(self, request) in self.bodiless_actions:
            Serializer(data=request.data).is_valid(raise_exception=True)


class Said:
    request: Request

    def said(self, body: type[Strict], *, partial: bool = False, **context: Any) -> Any:
        """What the body of the request says, as this serializer reads it. Raises ValidationError."""
        serializer = body(data=self.request.data, partial=partial, context={"request": self.request, **context})
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data


class View(Said, Bodiless, StrictQuery, Counted, APIView):
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)


class ViewSet(Said, Bodiless, StrictQuery, Counted, viewsets.GenericViewSet[Any]):
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    pagination_class = Pager
    idempotent_actions: ClassVar[Collection[str]] = ()  # take an Idempotency-Key
    file_actions: ClassVar[Collection[str]] = ()  # answer with a file, whatever Accept says: the query names its kind

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force or self.action in self.file_actions)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in self.idempotent_actions and idempotency.HEADER in request.headers:
            method = (request.method or "").lower()
            setattr(self, method, idempotency.once(request, getattr(self, method)))
