from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, JSON, XLSX

from results.models import DailyRollup, Result
from results.removal import delete_for_good
from sentimatrix_studio.mongo.admin import MongoModelResource, ReadOnlyAdmin


class ResultResource(MongoModelResource):
    class Meta:
        model = Result
        fields = (
            *("id", "owner", "project", "target", "platform", "external_id", "title", "text", "author", "url"),
            *("rating", "rating_max", "published_at", "language", "state", "engine", "sentiment", "score"),
            *("confidence", "emotion", "created_at"),
        )


@admin.register(Result)
class ResultAdmin(ExportMixin, ReadOnlyAdmin):
    """To be looked at, exported and deleted. Reviews come in through imports and runs only, which count them."""

    resource_classes = [ResultResource]
    formats = [CSV, JSON, XLSX]
    list_display = ("__str__", "project_id", "platform", "state", "sentiment", "score", "dated_at")
    list_filter = ("platform", "state", "sentiment", "emotion")
    list_per_page = 50
    ordering = ("-pk",)
    show_full_result_count = False

    def delete_model(self, request: HttpRequest, obj: Result) -> None:
        delete_for_good(Result.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        delete_for_good(queryset)


@admin.register(DailyRollup)
class DailyRollupAdmin(ReadOnlyAdmin):
    """Made by counting, so there is nothing to change: ``manage.py rebuild_rollups`` counts anew."""

    list_display = ("day", "platform", "project_id", "target_id", "total")
    list_filter = ("platform",)
    ordering = ("-day",)
    show_full_result_count = False

    @admin.display(description="reviews")
    def total(self, rollup: DailyRollup) -> int:
        return int(rollup.counters["total"])

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
