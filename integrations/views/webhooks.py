"""The pages of webhooks and of what was delivered to them, in the settings of their owner."""

import json

from bson import ObjectId
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_ratelimit.decorators import ratelimit

from accounts.ownership import owned_or_404, signed_in
from integrations import webhooks
from integrations.choices import DeliveryState
from integrations.forms import SendAgainForm, WebhookForm
from integrations.models import Delivery, TooMany, Webhook

FORM = require_http_methods(["GET", "POST"])
TESTS = "10/m"  # of webhooks, by one person
SHOWN = 25  # deliveries on a page


@login_required
@require_GET
def webhook_list(request: HttpRequest) -> HttpResponse:
    mine = Webhook.objects.owned_by(request.user).prefetch_related("project").order_by("-created_at", "-pk")
    return render(request, "integrations/webhook_list.html", {"webhooks": mine})


@login_required
@never_cache
@FORM
def webhook_create(request: HttpRequest) -> HttpResponse:
    owner = signed_in(request)
    form = WebhookForm(request.POST or None, owner=owner)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            webhook, secret = webhooks.create(owner, fields, fields.pop("headers"))
        except TooMany as refused:
            form.add_error(None, refused.message)
        else:
            return render(request, "integrations/webhook_secret.html", {"webhook": webhook, "secret": secret})
    return render(request, "integrations/webhook_edit.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@FORM
def webhook_edit(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    form = WebhookForm(request.POST or None, owner=signed_in(request), webhook=webhook)
    if form.is_valid():
        fields = dict(form.cleaned_data)
        webhooks.change(webhook, fields, fields.pop("headers", None))
        messages.success(request, "The webhook is saved.")
        return redirect(webhook)
    context = {"form": form, "webhook": webhook}
    return render(request, "integrations/webhook_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def webhook_detail(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    """With its latest deliveries; ``?before=`` an id for older ones, ``?status=`` for some of them."""
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    status = request.GET.get("status", "")
    found = webhook.deliveries.listed(status if status in DeliveryState.values else "")
    if ObjectId.is_valid(before := request.GET.get("before", "")):
        found = found.filter(pk__lt=ObjectId(before))
    deliveries = list(found[: SHOWN + 1])
    context = {
        "webhook": webhook,
        "deliveries": deliveries[:SHOWN],
        "last": deliveries[SHOWN - 1].pk if len(deliveries) > SHOWN else None,
        "is_first": not before,
        "status": status,
        "is_moving": any(not delivery.is_over and not delivery.attempts for delivery in deliveries[:SHOWN]),
    }
    return render(request, "integrations/webhook_detail.html", context)


@login_required
@require_POST
def webhook_toggle(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    webhooks.toggle(webhook)
    messages.success(request, f"The webhook is turned {'on' if webhook.is_enabled else 'off'}.")
    return redirect(webhook)


@login_required
@require_POST
@ratelimit(key="user", rate=TESTS)  # type: ignore[untyped-decorator]
def webhook_test(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    delivery = webhooks.test(webhook)
    return redirect("integrations:delivery_detail", webhook.pk, delivery.pk)


@login_required
@never_cache
@FORM
def webhook_rotate(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    if request.method == "POST":
        secret = webhooks.rotate(webhook)
        context = {"webhook": webhook, "secret": secret, "is_renewed": True}
        return render(request, "integrations/webhook_secret.html", context)
    context = {
        "title": "Renew the secret?",
        "text": "The new one is shown once, on the next page.",
        "effects": ["For a day, deliveries are signed with both: time to tell the receiver."],
        "action": "Renew the secret",
        "cancel_url": webhook.get_absolute_url(),
    }
    return render(request, "ui/confirm.html", context)


@login_required
@FORM
def webhook_delete(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    if request.method == "POST":
        webhooks.remove(webhook)
        messages.success(request, "The webhook is deleted.")
        return redirect("integrations:webhook_list")
    context = {
        "title": f"Delete the webhook to {webhook}?",
        "text": "Nothing is sent there any more.",
        "effects": ["What is kept of its deliveries goes with it."],
        "action": "Delete",
        "cancel_url": webhook.get_absolute_url(),
    }
    return render(request, "ui/confirm.html", context)


@login_required
@FORM
def deliveries_redeliver(request: HttpRequest, webhook_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    today = timezone.localdate()
    form = SendAgainForm(request.POST or None, initial={"since": today, "until": today})
    if form.is_valid():
        number = webhooks.send_all_again(webhook, **form.cleaned_data)
        words = f"{number:,} {'delivery is' if number == 1 else 'deliveries are'} sent again."
        messages.success(request, words if number else "There was nothing to send again.")
        return redirect(webhook)
    context = {"webhook": webhook, "form": form}
    return render(request, "integrations/deliveries_redeliver.html", context, status=422 if form.errors else 200)


def _delivery(request: HttpRequest, webhook: Webhook, delivery_id: ObjectId) -> Delivery:
    return owned_or_404(Delivery, request.user, delivery_id, endpoint_id=webhook.pk)


@login_required
@require_GET
def delivery_detail(request: HttpRequest, webhook_id: ObjectId, delivery_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    delivery = _delivery(request, webhook, delivery_id)
    attempts = [{**attempt, "at": parse_datetime(attempt["at"])} for attempt in reversed(delivery.log)]
    body = json.dumps(delivery.event.payload, indent=2, ensure_ascii=False)
    context = {"webhook": webhook, "delivery": delivery, "attempts": attempts, "body": body}
    return render(request, "integrations/delivery_detail.html", context)


@login_required
@require_POST
def delivery_redeliver(request: HttpRequest, webhook_id: ObjectId, delivery_id: ObjectId) -> HttpResponse:
    webhook = owned_or_404(Webhook, request.user, webhook_id)
    delivery = _delivery(request, webhook, delivery_id)
    if not webhooks.send_again(webhook, delivery):
        messages.warning(request, "It is still on its way.")
    return redirect("integrations:delivery_detail", webhook.pk, delivery.pk)
