from django.contrib import admin

from projects.models import Preset, Project, Target
from projects.resources import PresetResource, TargetResource
from sentimatrix_studio.mongo.admin import ImportAdmin, MongoModelAdmin


@admin.register(Project)
class ProjectAdmin(MongoModelAdmin):
    list_display = ("name", "owner", "status", "is_sample", "created_at")
    list_filter = ("status", "is_sample")
    list_select_related = False
    search_fields = ("name",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("product", "preset", "config", "created_at", "updated_at", "archived_at")


@admin.register(Preset)
class PresetAdmin(ImportAdmin):
    """Settings are changed on the pages and by imports, which know their bounds."""

    resource_classes = [PresetResource]
    list_display = ("name", "owner", "created_at", "updated_at")
    list_select_related = False
    search_fields = ("name",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("config", "schedule", "created_at", "updated_at")


@admin.register(Target)
class TargetAdmin(ImportAdmin):
    resource_classes = [TargetResource]
    list_display = ("__str__", "platform", "status", "outcome_code", "last_scraped_at")
    list_filter = ("platform", "status")
    search_fields = ("label", "url", "external_id")
    autocomplete_fields = ("owner", "project")
    readonly_fields = ("external_id", "outcome_code", "error_message", "reported_total", "last_scraped_at")
