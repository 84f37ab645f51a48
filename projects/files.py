"""Uploaded files, kept in the same MongoDB so that every machine has them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bson import ObjectId
from django.conf import settings

from sentimatrix_studio.mongo.files import Files

UPLOADS = Files("uploads")
FORGOTTEN = timedelta(days=1)  # an upload that became no target by then is removed

read, delete = UPLOADS.read, UPLOADS.delete


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
    digest, size = hashlib.sha256(), 0
    with UPLOADS.writing(name[:200]) as stream:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            _check(size)
            stream.write(chunk)
        if not size:
            raise UploadRefused("empty", "The file is empty.")
        stream.metadata = {"owner_id": owner_id, "sha256": digest.hexdigest()}
    return Upload(stream._id, name, size, digest.hexdigest())


def _check(size: int) -> None:
    if size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES / 2**20
        raise UploadRefused("too_large", f"The file is larger than {limit:g} MB. Split it, and import the parts.")


def find(owner_id: ObjectId, file_id: ObjectId) -> Upload | None:
    """The file if it is there and this person's."""
    found = UPLOADS.entries.find_one({"_id": file_id, "metadata.owner_id": owner_id})
    return Upload(found["_id"], found["filename"], found["length"], found["metadata"]["sha256"]) if found else None


def of(owner_id: ObjectId) -> list[ObjectId]:
    """All files of this person, those that no target holds included."""
    found = UPLOADS.entries.find({"metadata.owner_id": owner_id}, {"_id": 1})
    return [file["_id"] for file in found]


def forgotten() -> list[ObjectId]:
    """Uploads old enough that a target would hold them if anybody still wanted them."""
    before = datetime.now(UTC) - FORGOTTEN
    old = UPLOADS.entries.find({"uploadDate": {"$lt": before}}, {"_id": 1})
    return [file["_id"] for file in old]
