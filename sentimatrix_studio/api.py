"""Every route of /api/v1, in order."""

from django.urls import URLPattern, URLResolver, re_path

from sentimatrix_studio import problems

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"", problems.unknown_path),
]
