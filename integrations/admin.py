from django.contrib import admin

from integrations.models import Credential, OwnModel
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
