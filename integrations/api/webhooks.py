"""Webhooks, what was delivered to them, and the events there are."""

from typing import Any

from bson import ObjectId
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404, signed_in
from integrations import webhooks
from integrations.api.bodies import EndpointSerializer, EventsField
from integrations.catalogue import OFFERED
from integrations.choices import DeliveryState
from integrations.models import Delivery, TooMany, Webhook
from integrations.models.webhooks import LOST, validate_address
from integrations.shapes.webhooks import (
    DeliveryDetailJson,
    DeliveryJson,
    EventJson,
    NewWebhookJson,
    RedeliveredJson,
    SecretJson,
    WebhookJson,
    delivery_as_json,
    delivery_detail_as_json,
    event_as_json,
    new_webhook_as_json,
    secret_as_json,
    webhook_as_json,
)
from integrations.signed import validate_headers
from sentimatrix_studio import rest
from sentimatrix_studio.encryption import Unreadable
from sentimatrix_studio.shapes import PageJson

EVENTS = [(kind.name, kind.title) for kind in OFFERED]


class HeadersField(serializers.DictField):
    """Names and values, as they are sent: a number is no text."""

    child = serializers.CharField(max_length=500, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if isinstance(data, dict) and not all(isinstance(value, str) for value in data.values()):
            raise serializers.ValidationError("Values of headers are texts.")
        headers: dict[str, str] = super().to_internal_value(data)
        return headers


class WebhookSerializer(EndpointSerializer):
    """Where to send which events. Without a project: those of all your projects."""

    url = serializers.CharField(max_length=2000, validators=[validate_address])
    events = EventsField(EVENTS)
    headers = HeadersField(
        required=False, validators=[validate_headers], help_text="Sent along every time, and never shown again."
    )


class RangeSerializer(rest.Serializer):
    """A span of time, which ends now if nothing else is said."""

    since = rest.UtcField()
    until = rest.UtcField(required=False)
    only_failed = serializers.BooleanField(required=False, default=True)


class OwnWebhook:
    """What hangs on a webhook of the caller's."""

    request: Request

    def webhook(self, webhook_id: ObjectId) -> Webhook:
        return owned_or_404(Webhook, self.request.user, webhook_id)

    def delivery(self, webhook_id: ObjectId, delivery_id: ObjectId) -> Delivery:
        return owned_or_404(Delivery, self.request.user, delivery_id, endpoint_id=self.webhook(webhook_id).pk)


class WebhookViewSet(OwnWebhook, rest.ViewSet):
    bodiless_actions = ("toggle", "rotate")
    query_parameters = {
        "list": {"project_id": serializers.RegexField("^[0-9a-f]{24}$", required=False), **rest.PAGING},
    }

    @extend_schema(responses={200: PageJson[WebhookJson]})
    def list(self, request: Request) -> Response:
        """List your webhooks.

        Newest first; with `project_id` those that are about this project alone.
        """
        found = Webhook.objects.owned_by(request.user).order_by("-created_at", "-pk")
        if project_id := self.asked.get("project_id"):
            found = found.filter(project_id=ObjectId(project_id))
        page = self.paginate_queryset(found)
        return self.get_paginated_response([webhook_as_json(webhook) for webhook in page or []])

    @extend_schema(request=WebhookSerializer, responses={201: NewWebhookJson, 409: None})
    def create(self, request: Request) -> Response:
        """Add a webhook.

        The answer has its secret, which is never shown again: with it the receiver checks that deliveries are from us.
        """
        fields = self.said(WebhookSerializer)
        try:
            webhook, secret = webhooks.create(signed_in(request), fields, fields.pop("headers", {}))
        except TooMany as refused:
            raise rest.Conflict(refused.message) from refused
        return Response(new_webhook_as_json(webhook, secret), status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: WebhookJson})
    def retrieve(self, request: Request, webhook_id: ObjectId) -> Response:
        """Show a webhook."""
        return Response(webhook_as_json(self.webhook(webhook_id)))

    @extend_schema(request=WebhookSerializer(partial=True), responses={200: WebhookJson, 409: None})
    def update(self, request: Request, webhook_id: ObjectId) -> Response:
        """Change a webhook: what is named in the body.

        Headers take the place of all those before. 409 where its secret cannot be read any more and has to be renewed.
        """
        webhook = self.webhook(webhook_id)
        fields = self.said(WebhookSerializer, partial=True)
        try:
            webhooks.change(webhook, fields, fields.pop("headers", None))
        except Unreadable as error:
            raise rest.Conflict(LOST) from error
        return Response(webhook_as_json(webhook))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, webhook_id: ObjectId) -> Response:
        """Delete a webhook, with all that is kept of its deliveries."""
        webhooks.remove(self.webhook(webhook_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: WebhookJson})
    def toggle(self, request: Request, webhook_id: ObjectId) -> Response:
        """Turn a webhook off, or on again.

        What happens while it is off is not delivered; what was on its way is given up, and can be sent again.
        """
        webhook = self.webhook(webhook_id)
        webhooks.toggle(webhook)
        return Response(webhook_as_json(webhook))

    @extend_schema(request=None, responses={200: SecretJson})
    def rotate(self, request: Request, webhook_id: ObjectId) -> Response:
        """Give a webhook a new secret.

        For a day deliveries are signed with the old one as well.
        """
        webhook = self.webhook(webhook_id)
        return Response(secret_as_json(webhook, webhooks.rotate(webhook)))

    @extend_schema(request=RangeSerializer, responses={200: RedeliveredJson})
    def redeliver(self, request: Request, webhook_id: ObjectId) -> Response:
        """Send the deliveries of a span of time again.

        Those that have failed, or all that have ended. Receivers know by `webhook-id` what they have seen already.
        """
        webhook = self.webhook(webhook_id)
        said = self.said(RangeSerializer)
        until = said.get("until") or timezone.now()
        number = webhooks.send_all_again(webhook, said["since"], until, only_failed=said["only_failed"])
        return Response({"redelivered": number})


class WebhookTest(OwnWebhook, rest.View):
    limit = "webhook_test"
    bodiless_actions = ("post",)

    @extend_schema(request=None, responses={202: DeliveryJson})
    def post(self, request: Request, webhook_id: ObjectId) -> Response:
        """Test a webhook.

        An event `webhook.test` is sent once, also while the webhook is off. What came back is kept like all deliveries.
        """
        delivery = webhooks.test(self.webhook(webhook_id))
        return Response(delivery_as_json(delivery), status=status.HTTP_202_ACCEPTED)


class DeliveryViewSet(OwnWebhook, rest.ViewSet):
    bodiless_actions = ("redeliver",)
    query_parameters = {
        "list": {"status": serializers.ChoiceField(DeliveryState.choices, required=False), **rest.PAGING},
    }

    @extend_schema(responses={200: PageJson[DeliveryJson]})
    def list(self, request: Request, webhook_id: ObjectId) -> Response:
        """List what was delivered to a webhook, or not.

        Newest first. Deliveries are kept for 30 days.
        """
        found = self.webhook(webhook_id).deliveries.listed(self.asked.get("status", ""))
        page = self.paginate_queryset(found)
        return self.get_paginated_response([delivery_as_json(delivery) for delivery in page or []])

    @extend_schema(responses={200: DeliveryDetailJson})
    def retrieve(self, request: Request, webhook_id: ObjectId, delivery_id: ObjectId) -> Response:
        """Show a delivery, with what was sent and what came back at each attempt."""
        return Response(delivery_detail_as_json(self.delivery(webhook_id, delivery_id)))

    @extend_schema(request=None, responses={202: DeliveryJson, 409: None})
    def redeliver(self, request: Request, webhook_id: ObjectId, delivery_id: ObjectId) -> Response:
        """Send a delivery again, with the same `webhook-id`."""
        delivery = self.delivery(webhook_id, delivery_id)
        if not webhooks.send_again(self.webhook(webhook_id), delivery):
            raise rest.Conflict("It is still on its way.")
        delivery.refresh_from_db()
        return Response(delivery_as_json(delivery), status=status.HTTP_202_ACCEPTED)


class EventViewSet(rest.ViewSet):
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[EventJson]})
    def list(self, request: Request) -> Response:
        """List the events that webhooks can be sent, each with an example."""
        return self.get_paginated_response(
            [event_as_json(kind) for kind in self.paginate_queryset(list(OFFERED)) or []]
        )
