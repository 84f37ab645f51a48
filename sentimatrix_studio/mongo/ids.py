"""ObjectIds in URLs: ``<objectid:project_id>`` matches 24 hex digits, so a malformed id is a 404."""

from bson import ObjectId


class ObjectIdConverter:
    regex = "[0-9a-f]{24}"

    def to_python(self, value: str) -> ObjectId:
        return ObjectId(value)

    def to_url(self, value: ObjectId | str) -> str:
        return str(value)
