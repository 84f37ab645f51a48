"""Files kept in MongoDB, so that every machine has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bson import ObjectId
from django.db import connection
from gridfs import GridFSBucket, GridIn, GridOut
from gridfs.errors import NoFile
from pymongo.collection import Collection
from pymongo.database import Database

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Files:
    """Those of one bucket."""

    bucket: str

    @contextmanager
    def writing(self, name: str, file_id: ObjectId | None = None) -> Iterator[GridIn]:
        """A new file. It is there for readers when the block has ended; nothing of it stays when the block fails."""
        stream = self._gridfs().open_upload_stream_with_id(file_id or ObjectId(), name)
        try:
            yield stream
            stream.close()
        except BaseException:
            stream.abort()
            raise

    def read(self, file_id: ObjectId) -> GridOut:
        """The file, opened for reading bytes. Raises FileNotFoundError."""
        try:
            return self._gridfs().open_download_stream(file_id)
        except NoFile as error:
            raise FileNotFoundError(f"The file {file_id} is no longer stored.") from error

    def delete(self, file_id: ObjectId) -> None:
        """Remove the file, or what a killed process has written of it; one that is gone already is fine."""
        try:
            self._gridfs().delete(file_id)
        except NoFile:
            return

    @property
    def entries(self) -> Collection[dict[str, Any]]:
        """What is kept of each file besides its content."""
        return _database()[f"{self.bucket}.files"]

    def _gridfs(self) -> GridFSBucket:
        return GridFSBucket(_database(), bucket_name=self.bucket, chunk_size_bytes=CHUNK_BYTES)


def _database() -> Database[dict[str, Any]]:
    connection.ensure_connection()
    found: Database[dict[str, Any]] = connection.database  # type: ignore[attr-defined]
    return found
