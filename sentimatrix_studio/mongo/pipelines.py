"""From a queryset to pymongo: for what the ORM cannot say, or says ten times slower."""

import functools
from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django_mongodb_backend.query import wrap_database_errors
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from sentimatrix_studio.mongo.compiler import is_json, told

Row = TypeVar("Row", bound=Model)
Rows = TypeVar("Rows", bound=QuerySet[Any])
NOTHING: dict[str, Any] = {"_id": {"$in": []}}  # matches no document, and MongoDB knows without looking


def collection(model: type[Model]) -> Collection[dict[str, Any]]:
    """The model's collection. Hand ``session=session()`` to its methods, or they are outside the transaction."""
    found: Collection[dict[str, Any]] = connection.get_collection(model._meta.db_table)  # type: ignore[attr-defined]
    return found


def session() -> ClientSession | None:
    """The session of the running transaction, if there is one."""
    running: ClientSession | None = connection.session  # type: ignore[attr-defined]
    return running


@wrap_database_errors  # type: ignore[untyped-decorator]
def rows_where(model: type[Row], match: dict[str, Any], *stages: dict[str, Any]) -> list[Row]:
    """The rows that match, by the names of columns: for what every request asks. The ORM takes three times as long."""
    found = collection(model).aggregate([{"$match": match}, *stages], session=session())
    return [row_of(model, document) for document in found]


def row_where(model: type[Row], match: dict[str, Any]) -> Row | None:
    found: list[Row] = rows_where(model, match, {"$limit": 1})
    return found[0] if found else None


def row_of(model: type[Row], document: dict[str, Any]) -> Row:
    """A document as a row of its model."""
    columns = _columns(model)
    values = [_converted(document.get(name), column, converters) for name, column, converters in columns]
    return model.from_db(connection.alias, [column.target.attname for _, column, _ in columns], values)


@functools.cache
def _columns(model: type[Model]) -> list[tuple[str, Any, list[Any]]]:
    """By name in the document: the column, and what makes its value one of Python's."""
    columns = [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]
    return [(col.target.column, col, _converters(col)) for col in columns]


def _converters(column: Any) -> list[Any]:
    given = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
    return [] if is_json(column) else given


def _converted(value: Any, column: Any, converters: list[Any]) -> Any:
    for convert in converters:
        value = convert(value, column, connection)
    return value


@wrap_database_errors  # type: ignore[untyped-decorator]
def documents(queryset: QuerySet[Any]) -> list[dict[str, Any]]:
    """What a queryset with ``values`` finds, as MongoDB gives it."""
    compiler = queryset.query.get_compiler(using=queryset.db)
    compiler.pre_sql_setup()
    try:
        return list(compiler.build_query(compiler.columns).get_cursor())
    except EmptyResultSet:
        return []


def united(*parts: tuple[type[Model], list[dict[str, Any]]]) -> Iterable[dict[str, Any]]:
    """What several pipelines find, each in the collection of its model, in one round trip."""
    (model, stages), *others = parts
    unions = [{"$unionWith": {"coll": other._meta.db_table, "pipeline": stages}} for other, stages in others]
    return collection(model).aggregate([*stages, *unions], session=session())


def by_index(queryset: Rows, name: str) -> Rows:
    """The same rows, found by this index alone. To pymongo one hands the ``condition`` and these ``options``."""
    return _told(queryset, "hint", name)


def within(queryset: Rows, milliseconds: int) -> Rows:
    """The same rows, or a DatabaseError because of an ExecutionTimeout."""
    return _told(queryset, "maxTimeMS", milliseconds)


def options(queryset: QuerySet[Any]) -> dict[str, Any]:
    return told(queryset.query)


def _told(queryset: Rows, name: str, value: str | int) -> Rows:
    rows = queryset.all()
    rows.query.mongodb_options = {**told(queryset.query), name: value}  # type: ignore[attr-defined]
    return rows


def condition(queryset: QuerySet[Any]) -> dict[str, Any]:
    """The filter of a queryset as MongoDB's: the argument of ``find`` or ``$match``.

    Raises ValueError for a filter that needs another collection.
    """
    compiler = queryset.query.get_compiler(using=queryset.db)
    try:
        compiler.pre_sql_setup()
        query = compiler.build_query()
    except EmptyResultSet:
        return NOTHING
    except FullResultSet:
        return {}
    if query.lookup_pipeline or query.subqueries:
        raise ValueError("This filter reads another collection, which one condition cannot.")
    match: dict[str, Any] = query.match_mql
    return match
