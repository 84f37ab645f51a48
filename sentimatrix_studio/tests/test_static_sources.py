import os
from pathlib import Path
from typing import Any

from sentimatrix_studio.static_sources import fingerprint


def test_the_fingerprint_changes_with_a_file_and_only_then(tmp_path: Path, settings: Any) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    before = fingerprint()
    (tmp_path / "base.css").write_text("body {}")
    added = fingerprint()
    assert fingerprint() == added
    os.utime(tmp_path / "base.css", (1, 1))
    assert len({before, added, fingerprint()}) == 3


def test_the_fingerprint_changes_with_the_way_files_are_stored(settings: Any) -> None:
    before = fingerprint()
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "elsewhere.Storage"}}
    assert fingerprint() != before
