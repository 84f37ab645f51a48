"""Providers, the keys for them, and facts about models of one's own."""

from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404, signed_in
from integrations import keys
from integrations.models import Credential, OwnModel
from integrations.prices import models_of
from integrations.providers import PROVIDERS, Kind, Provider
from integrations.shapes.keys import ApiKeyJson, KeyTestJson, ProviderJson, key_as_json, provider_as_json, test_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.shapes import PageJson

FIELDS = sorted({field.name for provider in PROVIDERS.values() for field in provider.fields})
LLMS = [provider.id for provider in PROVIDERS.values() if provider.kind == Kind.LLM]


def provider_or_404(provider: str) -> Provider:
    if provider not in PROVIDERS:
        raise Http404
    return PROVIDERS[provider]


class ProviderViewSet(rest.ViewSet):
    query_parameters = {"list": {"kind": serializers.ChoiceField(Kind.choices, required=False), **rest.PAGING}}

    @extend_schema(responses={200: PageJson[ProviderJson]})
    def list(self, request: Request) -> Response:
        """List the services Studio can use with a key.

        Their models are those of the catalogue with what you have added or corrected.
        """
        wanted = [one for one in PROVIDERS.values() if self.asked.get("kind", one.kind) == one.kind]
        return self.get_paginated_response(self._as_json(self.paginate_queryset(wanted)))

    @extend_schema(responses={200: ProviderJson})
    def retrieve(self, request: Request, provider: str) -> Response:
        """Show a service."""
        return Response(self._as_json([provider_or_404(provider)])[0])

    def _as_json(self, providers: Any) -> Any:
        models = models_of(signed_in(self.request), providers)
        return [provider_as_json(provider, models[provider.id]) for provider in providers]


class ValueField(serializers.CharField):
    """Which of them are needed, and what they have to look like, the provider says."""

    def __init__(self) -> None:
        super().__init__(required=False, allow_blank=True, write_only=True, max_length=600)


class NewKeySerializer(rest.Serializer):
    """A provider and the values of its own fields, which `GET /settings/llm/providers/{id}` names."""

    provider = serializers.ChoiceField(list(PROVIDERS), error_messages={"invalid_choice": "There is no such provider."})
    label = serializers.CharField(  # type: ignore[assignment]  # a field that happens to have this name
        max_length=100, required=False, allow_blank=True, default=""
    )

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: ValueField() for name in FIELDS}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        provider = PROVIDERS[attrs["provider"]]
        try:
            values = provider.clean({name: attrs[name] for name in FIELDS if name in attrs})
        except ValidationError as error:
            raise serializers.ValidationError(error.message_dict) from error
        return {"provider": provider, "label": attrs["label"], "values": values}


class ApiKeyViewSet(rest.ViewSet):
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[ApiKeyJson]})
    def list(self, request: Request) -> Response:
        """List your keys.

        None is ever shown again: only its usual beginning and its last four signs.
        """
        page = self.paginate_queryset(Credential.objects.owned_by(request.user).order_by("provider"))
        return self.get_paginated_response([key_as_json(credential) for credential in page or []])

    @extend_schema(request=NewKeySerializer, responses={200: ApiKeyJson, 201: ApiKeyJson})
    def create(self, request: Request) -> Response:
        """Enter a key.

        There is one for each provider: another one takes its place (200 instead of 201).
        """
        said = self.said(NewKeySerializer)
        credential, is_new = keys.enter(signed_in(request), **said)
        made = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(key_as_json(credential), status=made)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, provider: str) -> Response:
        """Delete a key."""
        keys.remove(credential_or_404(request, provider_or_404(provider)))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ApiKeyTest(rest.View):
    limit = "key_test"
    bodiless_actions = ("post",)

    @extend_schema(request=None, responses={200: KeyTestJson})
    def post(self, request: Request, provider: str) -> Response:
        """Test a key.

        By the cheapest question whose answer tells: it costs nothing. Where only a paid call would tell, the status
        is `unverifiable`.
        """
        found = provider_or_404(provider)
        credential = credential_or_404(request, found)
        return Response(test_as_json(credential, keys.test(credential, found)))


def credential_or_404(request: Request, provider: Provider) -> Credential:
    credential = Credential.objects.owned_by(request.user).filter(provider=provider.id).first()
    if credential is None:
        raise Http404
    found: Credential = credential
    return found


class OwnModelSerializer(rest.ModelSerializer):
    """Null is a price that is not known."""

    provider = serializers.ChoiceField(LLMS, error_messages={"invalid_choice": "There is no such LLM provider."})

    class Meta:
        model = OwnModel
        fields = (
            *("id", "provider", "model", "name", "context", "cost_per_1k_input", "cost_per_1k_output"),
            "updated_at",
        )


class OwnModelViewSet(rest.ViewSet):
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[OwnModelSerializer]})
    def list(self, request: Request) -> Response:
        """List the models you have added or corrected."""
        page = self.paginate_queryset(OwnModel.objects.owned_by(request.user).order_by("provider", "model"))
        return self.get_paginated_response(OwnModelSerializer(page, many=True).data)

    @extend_schema(request=OwnModelSerializer, responses={201: OwnModelSerializer, 409: None})
    def create(self, request: Request) -> Response:
        """Add a model to a provider, or correct one of its."""
        return Response(self._saved(OwnModel(owner=signed_in(request))), status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: OwnModelSerializer})
    def retrieve(self, request: Request, model_id: ObjectId) -> Response:
        """Show a model of yours."""
        return Response(OwnModelSerializer(owned_or_404(OwnModel, request.user, model_id)).data)

    @extend_schema(request=OwnModelSerializer, responses={200: OwnModelSerializer, 409: None})
    def update(self, request: Request, model_id: ObjectId) -> Response:
        """Change a model of yours: what is named in the body."""
        return Response(self._saved(owned_or_404(OwnModel, request.user, model_id)))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, model_id: ObjectId) -> Response:
        """Delete a model of yours. What the catalogue says of it counts again."""
        owned_or_404(OwnModel, request.user, model_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _saved(self, model: OwnModel) -> Any:
        body = OwnModelSerializer(model, data=self.request.data, partial=model.pk is not None)
        try:
            body.filled().save()
        except IntegrityError as error:
            raise rest.Conflict(
                "You have facts of your own about this model already.", code="DUPLICATE_ERROR"
            ) from error
        return OwnModelSerializer(model).data
