"""Rows that MongoDB removes by itself, which models cannot ask for."""

from datetime import timedelta
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def expire(collection: str, field: str, index: str, after: timedelta = timedelta(0)) -> RunPython:
    """A step of a migration: from then on a row is removed so long after the moment in its ``field``."""

    def create(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        _of(schema_editor).create_index(field, name=index, expireAfterSeconds=int(after.total_seconds()))

    def drop(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        _of(schema_editor).drop_index(index)

    def _of(schema_editor: BaseDatabaseSchemaEditor) -> Any:
        return schema_editor.connection.get_collection(collection)  # type: ignore[attr-defined]

    return RunPython(create, drop)
