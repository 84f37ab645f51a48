"""What Django's admin and django-import-export need to work with ObjectId keys."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from django.contrib import admin, messages
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from import_export import resources, widgets
from import_export.admin import ImportExportMixin
from import_export.exceptions import ImportError as Refused
from import_export.formats.base_formats import CSV, JSON, XLSX
from import_export.results import Result as Outcome
from tablib import Dataset


class MongoModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Deletes by key, and names what is deleted without reading all that hangs on it first.

    The stock confirmation page loads every dependent row to list it: a project with a million reviews would never
    show. The rows themselves go by their own cascades.
    """

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        rows = list(objs)
        name = str(self.opts.verbose_name)
        denied = set() if self.has_delete_permission(request) else {name}
        return [f"{row} and all that belongs to it" for row in rows], {name: len(rows)}, denied, []

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.model._default_manager.filter(pk__in=list(queryset.values_list("pk", flat=True))).delete()


class ReadOnlyAdmin(MongoModelAdmin):
    """For what the product writes by itself: to be looked at, and deleted, but not made or changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ImportAdmin(ImportExportMixin, MongoModelAdmin):
    """With import and export of files. An import shows first what it would do, and does it once that is confirmed."""

    formats = [CSV, JSON, XLSX]

    def process_result(self, result: Outcome, request: HttpRequest) -> HttpResponse:
        """What has gone wrong since the preview is said, too."""
        bad = [(row.number, one.error) for row in result.error_rows for one in row.errors]
        bad += [(row.number, row.error) for row in result.invalid_rows]
        for number, error in bad:
            messages.error(request, f"Row {number} was not imported: {error}")
        for error in result.base_errors:
            messages.error(request, str(error.error))
        answer: HttpResponse = super().process_result(result, request)
        return answer


class IdWidget(widgets.Widget):
    """An ObjectId in an imported or exported file."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> ObjectId | None:
        if not value:
            return None
        try:
            return ObjectId(str(value))
        except InvalidId as error:
            raise ValueError(f"{value!r} is not an id: ids have 24 hexadecimal digits.") from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class IdRelationWidget(widgets.ForeignKeyWidget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(IdWidget().clean(value), row, **kwargs)
        except ObjectDoesNotExist as error:
            raise ValueError(f"There is no {self.model._meta.verbose_name} {value}.") from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        rendered = super().render(value, obj, **kwargs)
        return str(rendered) if rendered is not None else ""


class MongoModelResource(resources.ModelResource):
    most_rows = 500  # of an import, which a request waits for
    WIDGETS_MAP = {
        **resources.ModelResource.WIDGETS_MAP,
        "ObjectIdAutoField": IdWidget,
        "ObjectIdField": IdWidget,
    }

    @classmethod
    def get_fk_widget(cls, field: ForeignKey[Any, Any]) -> Any:
        return partial(IdRelationWidget, model=field.remote_field.model)

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        """Rows without an id are new; a file of such rows alone need not have the column."""
        if len(dataset) > self.most_rows:
            raise Refused(f"At most {self.most_rows:,} rows at a time: the file has {len(dataset):,}.")
        for name in self.get_import_id_fields():
            if name not in dataset.headers:
                dataset.append_col([""] * len(dataset), header=name)
