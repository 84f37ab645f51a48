"""What the bell tells of, and the channels to people."""

from collections.abc import Mapping
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.ownership import owned_or_404, signed_in
from integrations import notifications
from integrations.api.bodies import EndpointSerializer, EventsField
from integrations.catalogue import EVENTS
from integrations.channels import SERVICES, Service
from integrations.models import Bell, Channel, Notice, TooMany
from integrations.models.channels import LOST
from integrations.shapes.notifications import (
    BellJson,
    ChannelJson,
    NoticeJson,
    ReadJson,
    channel_as_json,
    notice_as_json,
)
from integrations.shapes.webhooks import DeliveryJson, delivery_as_json
from sentimatrix_studio import rest
from sentimatrix_studio.encryption import Unreadable
from sentimatrix_studio.shapes import PageJson

TOLD = [(kind.name, kind.title) for kind in EVENTS.values()]
SERVICE_CHOICES = [(service.id, service.name) for service in SERVICES.values()]
SECRETS = ("address", "token")  # the fields of all services


class NoticeViewSet(rest.ViewSet):
    bodiless_actions = ("read", "read_all")
    query_parameters = {"list": {"unread": rest.Flag(help_text="Only those."), **rest.PAGING}}

    @extend_schema(responses={200: PageJson[NoticeJson]})
    def list(self, request: Request) -> Response:
        """List what the bell tells of.

        Newest first. Notices are kept for three months.
        """
        mine = Notice.objects.owned_by(request.user).newest_first()
        page = self.paginate_queryset(mine.unread() if self.asked["unread"] else mine)
        return self.get_paginated_response([notice_as_json(notice) for notice in page or []])

    @extend_schema(request=None, responses={200: NoticeJson})
    def read(self, request: Request, notice_id: ObjectId) -> Response:
        """Mark a notice as read."""
        notice = owned_or_404(Notice, request.user, notice_id)
        Notice.objects.filter(pk=notice.pk).mark_read()
        notice.refresh_from_db()
        return Response(notice_as_json(notice))

    @extend_schema(request=None, responses={200: ReadJson})
    def read_all(self, request: Request) -> Response:
        """Mark all notices as read."""
        return Response({"read": Notice.objects.owned_by(request.user).mark_read()})


class BellSerializer(rest.Serializer):
    events = EventsField(TOLD, min_length=0)


class BellView(rest.View):
    @extend_schema(responses={200: BellJson})
    def get(self, request: Request) -> Response:
        """Show of which events the bell tells."""
        return Response({"events": Bell.objects.events_of(signed_in(request).pk)})

    @extend_schema(request=BellSerializer, responses={200: BellJson})
    def put(self, request: Request) -> Response:
        """Choose of which events the bell tells."""
        said = self.said(BellSerializer)
        notifications.choose_bell(signed_in(request), said["events"])
        return Response(said)


class SecretField(serializers.CharField):
    """Which services want it, and what it has to look like there, they say themselves."""

    def __init__(self) -> None:
        super().__init__(required=False, write_only=True, max_length=600)


class ChannelChangeSerializer(EndpointSerializer):
    """By which service somebody is told of which events. With another address the token has to be told again."""

    events = EventsField(TOLD)
    address = SecretField()
    token = SecretField()


class ChannelSerializer(ChannelChangeSerializer):
    """E-mail goes to the address of the account; all others want one, and ntfy a token where the topic is protected."""

    service = serializers.ChoiceField(SERVICE_CHOICES)


class ChannelViewSet(rest.ViewSet):
    bodiless_actions = ("toggle",)
    query_parameters = {"list": rest.PAGING}

    @extend_schema(responses={200: PageJson[ChannelJson]})
    def list(self, request: Request) -> Response:
        """List your channels, newest first."""
        mine = Channel.objects.owned_by(request.user).order_by("-created_at", "-pk").prefetch_related("owner")
        page = self.paginate_queryset(mine)
        return self.get_paginated_response([channel_as_json(channel) for channel in page or []])

    @extend_schema(request=ChannelSerializer, responses={201: ChannelJson, 409: None})
    def create(self, request: Request) -> Response:
        """Add a channel.

        Its address is kept encrypted, and of what is secret about it no more than the last four signs are ever shown.
        """
        fields = self.said(ChannelSerializer)
        service = SERVICES[fields.pop("service")]
        try:
            channel = notifications.create(signed_in(request), service, _taken(service, fields), fields)
        except TooMany as refused:
            raise rest.Conflict(refused.message) from refused
        return Response(channel_as_json(channel), status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: ChannelJson})
    def retrieve(self, request: Request, channel_id: ObjectId) -> Response:
        """Show a channel."""
        return Response(channel_as_json(owned_or_404(Channel, request.user, channel_id)))

    @extend_schema(request=ChannelChangeSerializer(partial=True), responses={200: ChannelJson, 409: None})
    def update(self, request: Request, channel_id: ObjectId) -> Response:
        """Change a channel: what is named in the body.

        409 where its address cannot be read any more and has to be told again.
        """
        channel = owned_or_404(Channel, request.user, channel_id)
        fields = self.said(ChannelChangeSerializer, partial=True)
        values = _taken(channel.known, fields, may_be_known=True)
        try:
            notifications.change(channel, values, fields)
        except Unreadable as error:
            raise rest.Conflict(LOST) from error
        return Response(channel_as_json(channel))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, channel_id: ObjectId) -> Response:
        """Delete a channel."""
        notifications.remove(owned_or_404(Channel, request.user, channel_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={200: ChannelJson})
    def toggle(self, request: Request, channel_id: ObjectId) -> Response:
        """Turn a channel off, or on again."""
        channel = owned_or_404(Channel, request.user, channel_id)
        notifications.toggle(channel)
        return Response(channel_as_json(channel))


class ChannelTest(rest.View):
    limit = "webhook_test"
    bodiless_actions = ("post",)

    @extend_schema(request=None, responses={202: DeliveryJson})
    def post(self, request: Request, channel_id: ObjectId) -> Response:
        """Send a test message.

        It is sent once, also while the channel is off.
        """
        delivery = notifications.test(owned_or_404(Channel, request.user, channel_id))
        return Response(delivery_as_json(delivery), status=status.HTTP_202_ACCEPTED)


def _taken(service: Service, fields: dict[str, Any], **options: bool) -> Mapping[str, str]:
    """What the service wants to be told, out of what was said."""
    given = {name: fields.pop(name) for name in SECRETS if name in fields}
    try:
        return service.clean(given, **options)
    except ValidationError as error:
        raise serializers.ValidationError(error.message_dict) from error
