"""The pages of notifications: what the bell tells of, and the channels to people, in the settings of their owner."""

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_ratelimit.decorators import ratelimit

from accounts.ownership import owned_or_404, signed_in
from integrations import notifications
from integrations.channels import SERVICES
from integrations.forms import BellForm, ChannelForm
from integrations.models import Bell, Channel, TooMany

FORM = require_http_methods(["GET", "POST"])
TESTS = "10/m"  # of channels, by one person
SHOWN = 10  # of the latest messages of a channel


@login_required
@require_GET
def channel_list(request: HttpRequest) -> HttpResponse:
    owner = signed_in(request)
    mine = Channel.objects.owned_by(owner).prefetch_related("project").order_by("-created_at", "-pk")
    channels = list(mine)
    for channel in channels:
        channel.owner = owner  # whose address is shown where it has none of its own
    context = {
        "channels": channels,
        "services": SERVICES.values(),
        "bell": Bell(events=Bell.objects.events_of(owner.pk)),
        "may_have_more": len(channels) < Channel.most,
    }
    return render(request, "integrations/channel_list.html", context)


@login_required
@FORM
def bell_edit(request: HttpRequest) -> HttpResponse:
    owner = signed_in(request)
    said = request.POST if request.method == "POST" else None  # nothing chosen is a choice as well
    form = BellForm(said, initial={"events": Bell.objects.events_of(owner.pk)})
    if form.is_valid():
        notifications.choose_bell(owner, form.cleaned_data["events"])
        messages.success(request, "The bell tells of what you have chosen.")
        return redirect("integrations:channel_list")
    return render(request, "integrations/bell_edit.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@FORM
def channel_create(request: HttpRequest, service: str) -> HttpResponse:
    if service not in SERVICES:
        raise Http404
    owner, found = signed_in(request), SERVICES[service]
    form = ChannelForm(request.POST or None, owner=owner, service=found)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            channel = notifications.create(owner, found, fields.pop("values"), fields)
        except TooMany as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"{channel} is added. Send a test message to see whether it arrives.")
            return redirect(channel)
    context = {"service": found, "form": form, "is_confirmed": owner.is_verified}
    return render(request, "integrations/channel_edit.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@FORM
def channel_edit(request: HttpRequest, channel_id: ObjectId) -> HttpResponse:
    owner, channel = signed_in(request), owned_or_404(Channel, request.user, channel_id)
    form = ChannelForm(request.POST or None, owner=owner, service=channel.known, channel=channel)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        notifications.change(channel, fields.pop("values"), fields)
        messages.success(request, f"{channel} is saved.")
        return redirect("integrations:channel_list")
    context = {"service": channel.known, "channel": channel, "form": form, "is_confirmed": owner.is_verified}
    context["deliveries"] = deliveries = list(channel.deliveries.listed()[:SHOWN])
    context["is_waiting"] = any(not one.is_over and not one.attempts for one in deliveries)
    return render(request, "integrations/channel_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@ratelimit(key="user", rate=TESTS)  # type: ignore[untyped-decorator]
def channel_test(request: HttpRequest, channel_id: ObjectId) -> HttpResponse:
    channel = owned_or_404(Channel, request.user, channel_id)
    notifications.test(channel)
    messages.info(request, "A test message is on its way. What came of it is shown below.")
    return redirect(f"{channel.get_absolute_url()}#messages")


@login_required
@require_POST
def channel_toggle(request: HttpRequest, channel_id: ObjectId) -> HttpResponse:
    channel = owned_or_404(Channel, request.user, channel_id)
    notifications.toggle(channel)
    messages.success(request, f"{channel} is turned {'on' if channel.is_enabled else 'off'}.")
    return redirect("integrations:channel_list")


@login_required
@FORM
def channel_delete(request: HttpRequest, channel_id: ObjectId) -> HttpResponse:
    channel = owned_or_404(Channel, request.user, channel_id)
    if request.method == "POST":
        words = str(channel)
        notifications.remove(channel)
        messages.success(request, f"{words} is deleted.")
        return redirect("integrations:channel_list")
    context = {
        "title": f"Delete {channel}?",
        "text": "You are told of nothing there any more.",
        "effects": ["Studio forgets its address.", "There it may still be open, until you close it."],
        "action": "Delete",
        "cancel_url": reverse("integrations:channel_list"),
    }
    return render(request, "ui/confirm.html", context)
