"""Uploaded files, kept in the same MongoDB so that every machine has them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId
from django.conf import settings
from django.db import connection
from gridfs import GridFSBucket, GridOut
from gridfs.errors import NoFile
from pymongo.database import Database

BUCKET = "uploads"
CHUNK_BYTES = 1 << 20
FORGOTTEN = timedelta(days=1)  # an upload that became no target by then is removed


class UploadRefused(Exception):  # noqa: N818  not an error: a limit at work
    """A file that is not taken. Codes: ``too_large, empty``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was stored. ``sha256`` tells whether two files are the same, whatever their names."""

    id: ObjectId
    name: str
    size: int
    sha256: str


def save(owner_id: ObjectId, name: str, chunks: Iterable[bytes]) -> Upload:
    """Store a file piece by piece, however large it is. Raises UploadRefused and then keeps nothing of it."""
    stream, digest, size = _bucket().open_upload_stream(name[:200]), hashlib.sha256(), 0
    try:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            _check(size)
            stream.write(chunk)
        if not size:
            raise UploadRefused("empty", "The file is empty.")
        stream.metadata = {"owner_id": owner_id, "sha256": digest.hexdigest()}
        stream.close()
    except BaseException:
        stream.abort()
        raise
    return Upload(stream._id, name, size, digest.hexdigest())


def _check(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES / 2**20
        raise UploadRefused("too_large", f"The file is larger than {limit:g} MB. Split it, and import the parts.")


def find(owner_id: ObjectId, file_id: ObjectId) -> Upload | None:
    """The file if it is there and this person's."""
    found = _database()[f"{BUCKET}.files"].find_one({"_id": file_id, "metadata.owner_id": owner_id})
    return Upload(found["_id"], found["filename"], found["length"], found["metadata"]["sha256"]) if found else None


def read(file_id: ObjectId) -> GridOut:
    """The file, opened for reading bytes. Raises FileNotFoundError."""
    try:
        return _bucket().open_download_stream(file_id)
    except NoFile as error:
        raise FileNotFoundError(f"The file {file_id} is no longer stored.") from error


def delete(file_id: ObjectId) -> None:
    """Remove the file; one that is gone already is fine."""
    try:
        _bucket().delete(file_id)
    except NoFile:
        return


def of(owner_id: ObjectId) -> list[ObjectId]:
    """All files of this person, those that no target holds included."""
    found = _database()[f"{BUCKET}.files"].find({"metadata.owner_id": owner_id}, {"_id": 1})
    return [file["_id"] for file in found]


def forgotten() -> list[ObjectId]:
    """Uploads old enough that a target would hold them if anybody still wanted them."""
    before = datetime.now(UTC) - FORGOTTEN
    old = _database()[f"{BUCKET}.files"].find({"uploadDate": {"$lt": before}}, {"_id": 1})
    return [file["_id"] for file in old]


def _bucket() -> GridFSBucket:
    return GridFSBucket(_database(), bucket_name=BUCKET, chunk_size_bytes=CHUNK_BYTES)


def _database() -> Database[dict[str, Any]]:
    connection.ensure_connection()
    found: Database[dict[str, Any]] = connection.database  # type: ignore[attr-defined]
    return found
