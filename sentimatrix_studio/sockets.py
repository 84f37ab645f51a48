"""Where the databases of `manage.py studio` are reached: sockets in a folder that nobody else may enter."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from urllib.parse import quote

LONGEST = 100  # bytes of a path; the kernels' limit is 107 (Linux) and 103 (macOS)


def folder(data_dir: Path) -> Path:
    """Within the data folder, or in the temporary one where that path is too long or too odd for a socket's address.

    It is the same at every start, so that nothing piles up; MongoDB splits addresses at commas and colons.
    """
    inside = data_dir.resolve() / "run"
    longest = inside / "mongodb-27017.sock"
    if len(os.fsencode(longest)) <= LONGEST and re.fullmatch(r"[\w./-]+", str(longest), re.ASCII):
        return inside
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"studio-{os.getuid()}-{digest}"


def mongodb(data_dir: Path) -> Path:
    return folder(data_dir) / "mongodb-27017.sock"


def valkey(data_dir: Path) -> Path:
    return folder(data_dir) / "valkey.sock"


def mongodb_uri(socket: Path) -> str:
    return f"mongodb://{quote(str(socket), safe='')}/?directConnection=true"


def redis_url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}?db=0"
