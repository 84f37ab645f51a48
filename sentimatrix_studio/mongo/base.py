"""The database engine named in ``DATABASES``: the stock backend with five defects mended.

1. A unique field becomes a *partial* index, which the planner cannot use for a lookup by value: every sign-in scans
   the collection. Where no column may be null a plain unique index means the same and is used.
2. ``lt`` and ``lte`` add null guards that force MongoDB to fetch every document. MongoDB's own ``$lt`` only compares
   values of the same type, so a null or missing field never matches anyway. And ``isnull`` becomes an ``$or`` over
   missing and null, for both of which MongoDB's own comparison with null stands.
3. ``$project`` comes before ``$sort``, see ``compiler.py``.
4. A commit that fails leaves its session behind, and what should be the connection's next transaction is none.
5. A JSON value that is read becomes text and is parsed again, see ``compiler.py``.
"""

import time
from collections.abc import Callable
from typing import Any

from django.db.models import Field, Index, Model
from pymongo.errors import PyMongoError
from pymongo.operations import IndexModel

from sentimatrix_studio.mongo.maps import without_maps

with without_maps():
    from django_mongodb_backend import base, schema

COMMIT_PATIENCE = 20.0  # seconds


class PlainUniqueIndex(Index):
    """A Django index without the filter that makes a unique one partial."""

    def get_pymongo_index_model(self, *args: Any, **kwargs: Any) -> IndexModel:
        # The backend adds this method to Django's Index at run time.
        document = super().get_pymongo_index_model(*args, **kwargs).document
        return IndexModel(list(document["key"].items()), name=document["name"], unique=True)


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    def add_index(
        self,
        model: type[Model],
        index: Index,
        *,
        field: "Field[Any, Any] | None" = None,
        unique: bool = False,
        column_prefix: str = "",
        parent_model: type[Model] | None = None,
    ) -> None:
        if unique and not column_prefix and not index.condition:
            fields = [field] if field else [model._meta.get_field(name) for name, _ in index.fields_orders]
            if not any(f.null for f in fields):
                index = PlainUniqueIndex(fields=index.fields, name=index.name)
        super().add_index(
            model, index, field=field, unique=unique, column_prefix=column_prefix, parent_model=parent_model
        )


class DatabaseOperations(base.DatabaseOperations):
    compiler_module = "sentimatrix_studio.mongo.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor
    ops_class = DatabaseOperations
    mongo_operators: dict[str, Callable[..., dict[str, Any]]] = {
        **base.DatabaseWrapper.mongo_operators,
        "lt": lambda column, value: {column: {"$lt": value}},
        "lte": lambda column, value: {column: {"$lte": value}},
        "isnull": lambda column, is_null: {column: None if is_null else {"$ne": None}},
    }

    def validate_no_atomic_block(self) -> None:
        """Let a real transaction commit within Django's ``atomic``, which the admin opens and which does nothing."""

    def commit_mongo(self) -> None:
        """Commit. While the server's answer stays away the commit is repeated, which MongoDB takes for the same one."""
        deadline = time.monotonic() + COMMIT_PATIENCE
        while True:
            try:
                super().commit_mongo()
                return
            except PyMongoError as error:
                is_unknown = error.has_error_label("UnknownTransactionCommitResult")
                if not is_unknown or time.monotonic() > deadline:
                    self._abandon_session()
                    raise
            time.sleep(0.1)

    def _abandon_session(self) -> None:
        self.run_on_commit.clear()
        if self.session:
            self._end_session()
