import os
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import get_finders

from sentimatrix_studio.static_files import OurStaticFilesConfig
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


def test_what_no_page_asks_for_is_left_out() -> None:
    left_out = OurStaticFilesConfig.ignore_patterns
    names = {name for finder in get_finders() for name, _ in finder.list(left_out)}
    assert {"django_htmx/htmx-2.min.js", "admin/js/vendor/jquery/jquery.min.js", "js/main.js"} <= names
    assert [name for name in names if name.startswith(("rest_framework", "django_htmx/")) and ".min." not in name] == [
        "django_htmx/django-htmx.js"
    ]
