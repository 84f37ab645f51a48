"""The OpenAPI document: whole, valid, and about the API that is there."""

import io
from contextlib import redirect_stderr
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from sentimatrix_studio import reference
from sentimatrix_studio.tests.routes import routes

WHERE = "/api/v1/openapi.json"


@pytest.fixture(scope="module")
def document() -> Any:
    return reference.document()


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, one) for path, operations in document["paths"].items() for method, one in operations.items()]


def test_it_is_made_without_a_warning() -> None:
    """A view that does not say what it answers, a field nobody can read, two components of one name: all warn."""
    reference.document.cache_clear()
    with redirect_stderr(io.StringIO()) as words:
        reference.document()
    assert (words.getvalue(), bool(GENERATOR_STATS)) == ("", False)


def test_it_is_valid_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    validate_schema(document)


def test_it_has_every_route_of_the_api_in_order(document: Any) -> None:
    there = {(route.pattern, method) for route in routes() if route.is_api for method in route.methods}
    there = {entry for entry in there if entry[0] not in ("api/", "api/v1/")}
    assert len(operations(document)) == len(there) > 60
    tags = [tag for _, _, operation in operations(document) for tag in operation["tags"]]
    assert [tag["name"] for tag in document["tags"]] == list(settings.API_TAGS)
    assert set(tags) <= set(settings.API_TAGS)


def test_every_operation_says_what_it_does_and_how_it_fails(document: Any) -> None:
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    assert {"projects_list", "project_create", "job_start", "results_import", "me_delete"} <= set(ids)
    for path, method, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert {"422", "500"} <= set(operation["responses"]), path
        assert min(operation["responses"]) < "400", path
        assert ("404" in operation["responses"]) >= ("{" in path), path
        assert ("401" in operation["responses"]) >= bool(operation["security"][0]), path
        for answer in operation["responses"].values():
            assert answer.get("description") or answer["$ref"], path
        assert method in ("get", "post", "put", "delete")


def test_every_example_is_true_to_its_schema(document: Any) -> None:
    """A body without one fails, too."""
    for path, _, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            for kind, media in body.get("content", {}).items():
                if kind not in ("application/json", "multipart/form-data"):
                    continue
                schema = {**media["schema"], "components": document["components"]}
                errors = [error.message for error in Draft202012Validator(schema).iter_errors(media["example"])]
                assert errors == [], path


@pytest.mark.django_db
def test_it_is_there_for_everybody_and_sent_once(client: Any) -> None:
    first = client.get(WHERE)
    assert (first.status_code, first["Content-Type"]) == (200, "application/json")
    assert first.json() == reference.document()
    assert "max-age=300" in first["Cache-Control"]
    assert client.get(WHERE, headers={"If-None-Match": first["ETag"]}).status_code == 304
