from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from import_export.results import Result as Outcome
from import_export.results import RowResult

from accounts.ownership import signed_in
from results.models import BulkChange, Change, DailyRollup, Export, Insights, Marker, Result, SavedView
from results.removal import delete_for_good
from results.resources import ResultResource, ReviewResource
from sentimatrix_studio.mongo.admin import ImportAdmin, ReadOnlyAdmin


@admin.register(Result)
class ResultAdmin(ImportAdmin, ReadOnlyAdmin):
    """To be looked at, imported, exported and deleted: not changed one by one, as a person's label is given on the
    pages and all else is what a source says."""

    resource_classes = [ResultResource]
    list_display = ("__str__", "project_id", "platform", "state", "sentiment", "score", "dated_at")
    list_filter = ("platform", "state", "sentiment", "emotion")
    list_per_page = 50
    ordering = ("-pk",)
    show_full_result_count = False

    def get_import_resource_classes(self, request: HttpRequest) -> list[type[ReviewResource]]:
        return [ReviewResource]

    def generate_log_entries(self, result: Outcome, request: HttpRequest) -> None:
        """A line for each target that got some: reviews are many, and new ones have no keys yet."""
        done = [
            row.instance
            for row in result
            if row.import_type in (RowResult.IMPORT_TYPE_NEW, RowResult.IMPORT_TYPE_UPDATE)
        ]
        if targets := list({review.target_id: review.target for review in done}.values()):
            LogEntry.objects.log_actions(signed_in(request).pk, targets, CHANGE, change_message="Reviews imported")

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


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """What workers make; the files are their owners' alone."""

    list_display = ("__str__", "owner", "project_id", "state", "size", "attempts", "created_at", "expires_at")
    list_filter = ("state", "format")
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Marker)
class MarkerAdmin(ReadOnlyAdmin):
    """To be looked at and deleted: people set them on their own pages."""

    list_display = ("__str__", "day", "owner", "project_id")
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Insights)
class InsightsAdmin(ReadOnlyAdmin):
    """What workers write of the reviews of a filter."""

    list_display = ("__str__", "owner", "project_id", "state", "engine", "written_at")
    list_filter = ("state",)
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """What can still be undone. Whoever deletes one lets it stand for good."""

    list_display = ("__str__", "kind", "owner", "project_id", "made_at", "expires_at")
    list_filter = ("kind",)
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    """What workers change of many reviews. Whoever deletes one that is unfinished ends it."""

    list_display = ("__str__", "kind", "owner", "project_id", "state", "attempts", "created_at", "finished_at")
    list_filter = ("kind", "state")
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """To be looked at and deleted: people keep them on their own pages."""

    list_display = ("__str__", "owner", "project_id", "query")
    list_select_related = False
    ordering = ("-pk",)
    show_full_result_count = False
