"""What every serializer, list and API view of ours is made of. Knows no app, so every app may import it."""

from sentimatrix_studio.rest.bodies import (
    IdField,
    JSONParser,
    ModelSerializer,
    Serializer,
    UtcField,
    read_json,
    utc,
)
from sentimatrix_studio.rest.paging import PAGING, Pager, page_size
from sentimatrix_studio.rest.queries import Flag, Unread, Whole
from sentimatrix_studio.rest.views import Conflict, View, ViewSet

__all__ = [
    "PAGING",
    "Conflict",
    "Flag",
    "IdField",
    "JSONParser",
    "ModelSerializer",
    "Pager",
    "Serializer",
    "Unread",
    "UtcField",
    "View",
    "ViewSet",
    "Whole",
    "page_size",
    "read_json",
    "utc",
]
