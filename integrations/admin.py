from django.contrib import admin

from integrations.models import Credential, Delivery, OwnModel, Purse, Webhook
from sentimatrix_studio.mongo.admin import MongoModelAdmin, ReadOnlyAdmin


@admin.register(Credential)
class CredentialAdmin(ReadOnlyAdmin):
    """Nothing of a key is here but what its owner is shown of it."""

    list_display = ("name", "owner", "masked_key", "status", "is_valid", "last_used", "last_validated", "created_at")
    list_filter = ("provider", "status")
    ordering = ("-pk",)
    fields = (
        *("owner", "provider", "label", "masked_key", "status", "error", "is_valid"),
        *("last_used", "last_validated", "tested_at", "entered_at", "created_at"),
    )
    readonly_fields = fields


@admin.register(OwnModel)
class OwnModelAdmin(MongoModelAdmin):
    list_display = ("model", "provider", "owner", "context", "cost_per_1k_input", "cost_per_1k_output", "updated_at")
    list_filter = ("provider",)
    search_fields = ("model", "name")
    autocomplete_fields = ("owner",)


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Nothing of its secret or the values of its headers is here."""

    list_display = ("__str__", "owner", "is_enabled", "disabled_because", "failing_since", "last_delivered_at")
    list_filter = ("is_enabled", "disabled_because")
    ordering = ("-pk",)
    fields = (
        *("owner", "name", "host", "events", "header_names", "is_enabled", "disabled_because", "failing_since"),
        *("last_delivered_at", "created_at", "updated_at"),
    )
    readonly_fields = fields


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "endpoint_id", "state", "attempts", "code", "due_at", "tried_at")
    list_filter = ("state", "kind", "code")
    ordering = ("-pk",)
    fields = (
        *("owner", "event", "kind", "endpoint_id", "state", "attempts", "breaks", "code", "message"),
        *("due_at", "tried_at", "created_at", "ended_at"),
    )
    readonly_fields = fields


@admin.register(Purse)
class PurseAdmin(ReadOnlyAdmin):
    """Deleting one lets its run, or its month, spend its limit again."""

    list_display = ("of", "owner", "dollars", "calls", "sent", "received", "ended", "created_at")
    ordering = ("-pk",)
    fields = ("owner", "of", "dollars", "spent", "held", "calls", "sent", "received", "ended", "created_at")
    readonly_fields = fields
