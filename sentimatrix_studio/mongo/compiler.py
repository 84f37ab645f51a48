"""Keeps ``$sort`` and ``$limit`` on the index, and reads rows in less time.

The stock pipeline projects before it sorts, which makes MongoDB treat the sort key as computed: it reads and sorts
every matching document to answer with fifty. Here a plain projection moves to the end of the pipeline.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import Col
from django.db.models.sql import Query
from django.utils.functional import cached_property
from django_mongodb_backend import compiler
from django_mongodb_backend.query import MongoQuery, wrap_database_errors
from pymongo.command_cursor import CommandCursor


class LateProjectionQuery(MongoQuery):
    extra_fields: dict[str, Any] | None
    project_fields: dict[str, Any] | None

    def get_pipeline(self) -> list[dict[str, Any]]:
        extra, project = self.extra_fields, self.project_fields
        # {"name": "$name"} adds nothing but a computed field that the planner cannot sort by.
        self.extra_fields = {name: value for name, value in (extra or {}).items() if value != f"${name}"} or None
        late = self._can_project_last()
        if late:
            self.project_fields = None
        try:
            pipeline: list[dict[str, Any]] = super().get_pipeline()
        finally:
            self.extra_fields, self.project_fields = extra, project
        if late:
            pipeline.append({"$project": project})
        return pipeline

    @wrap_database_errors  # type: ignore[untyped-decorator]
    def get_cursor(self) -> CommandCursor[dict[str, Any]]:
        running = self.compiler.connection.session
        cursor: CommandCursor[dict[str, Any]] = self.compiler.collection.aggregate(
            self.get_pipeline(), session=running, **told(self.query)
        )
        return cursor

    def _can_project_last(self) -> bool:
        project = self.project_fields
        computed = (self.aggregation_pipeline, self.combinator_pipeline, self.subquery_lookup, self.extra_fields)
        if not project or not self.ordering or any(computed):
            return False
        return all(value == 1 for value in project.values()) and all(name in project for name in self.ordering)


class SQLCompiler(compiler.SQLCompiler):
    query_class = LateProjectionQuery

    def _make_result(self, entity: dict[str, Any], columns: Sequence[tuple[str, Any]]) -> list[Any]:
        if self._has_joins:
            joined: list[Any] = super()._make_result(entity, columns)  # asks every column where it comes from
            return joined
        return [entity.get(name) for name, _ in columns]

    @cached_property
    def _has_joins(self) -> bool:
        return any(used and alias != self.collection_name for alias, used in self.query.alias_refcount.items())

    def get_converters(self, expressions: Iterable[Any]) -> dict[int, Any]:
        found = super().get_converters(expressions)
        return {place: how for place, how in found.items() if not is_json(how[1])}


def told(query: Query) -> dict[str, Any]:
    """What MongoDB is told besides the pipeline: see ``pipelines.by_index`` and ``within``."""
    found: dict[str, Any] = getattr(query, "mongodb_options", {})
    return found


def is_json(expression: Any) -> bool:
    """What MongoDB gives is what was stored: the stock way makes text of it, for Django to read again."""
    return isinstance(expression, Col) and type(expression.target) is JSONField and expression.target.decoder is None


class SQLInsertCompiler(compiler.SQLInsertCompiler):
    query_class = LateProjectionQuery


class SQLDeleteCompiler(compiler.SQLDeleteCompiler):
    query_class = LateProjectionQuery


class SQLUpdateCompiler(compiler.SQLUpdateCompiler):
    query_class = LateProjectionQuery


class SQLAggregateCompiler(compiler.SQLAggregateCompiler):
    query_class = LateProjectionQuery
