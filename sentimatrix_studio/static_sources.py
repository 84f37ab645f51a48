"""Whether the collected static files are still those of their sources."""

import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from sentimatrix_studio.static_files import OurStaticFilesConfig


def fingerprint() -> str:
    """Another text whenever a static file of ours or of a package has changed, or the way they are stored."""
    digest = hashlib.sha256(json.dumps(settings.STORAGES["staticfiles"], sort_keys=True).encode())
    left_out = OurStaticFilesConfig.ignore_patterns
    for finder in get_finders():
        for name, storage in finder.list(left_out):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
