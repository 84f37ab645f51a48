"""Every route of the API × API tokens that may not: of somebody else, for reading only, expired."""

from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.tests.factories import api_with, make_token
from sentimatrix_studio.tests.routes import Route
from sentimatrix_studio.tests.test_tenants import (
    MARK,
    OF_EVERYBODY_SIGNED_IN,
    OF_THE_OWNER,
    Tenant,
    all_rows,
    ask,
    make_tenant,
    of,
    without_the_asking,
)

pytestmark = pytest.mark.django_db


def closed_routes() -> list[Route]:
    """Those of the API that somebody has to be signed in for."""
    return [route for route in of([*OF_THE_OWNER, *OF_EVERYBODY_SIGNED_IN]) if route.is_api]


@pytest.fixture
def owner() -> Tenant:
    return make_tenant()


def rows() -> dict[str, list[Any]]:
    """Without the tokens: when one was last used is written down."""
    return {name: found for name, found in all_rows().items() if name != "accounts_apitoken"}


def codes(api: APIClient, owner: Tenant, *, safe: bool) -> dict[tuple[str, str], tuple[int, str]]:
    """Route and method → status and problem code."""
    found = {}
    for route in closed_routes():
        for method in route.methods:
            if (method == "get") is safe:
                answer = ask(api, method, route.path(owner.ids))
                code = answer.json().get("code", "") if answer.status_code >= 400 else ""
                found[route.name, method] = (answer.status_code, code)
    return found


def test_a_token_for_reading_changes_nothing(owner):
    api = api_with(make_token(owner.user, "read"))
    before = rows()
    found = codes(api, owner, safe=False)
    assert len(found) > 20
    assert {key: code for key, code in found.items() if code != (403, "INSUFFICIENT_PERMISSIONS")} == {}
    assert rows() == before


def test_a_token_for_reading_reads_what_is_not_about_the_account(owner):
    found = codes(api_with(make_token(owner.user, "read")), owner, safe=True)
    refused = {name for (name, _), (status, _) in found.items() if status == 403}
    about_the_account = {r.name for r in closed_routes() if getattr(r.callback.cls, "scope", "") == "admin"}
    assert refused == about_the_account & {name for name, _ in found}
    unnamed = {("api:projects_compare", "get"): (422, "VALIDATION_ERROR")}  # which wants to be told two of them
    assert {key: code for key, code in found.items() if code[0] not in (200, 403)} == unnamed


def test_an_expired_token_opens_nothing(owner):
    api = api_with(make_token(owner.user, "admin", expires_at=timezone.now() - timedelta(seconds=1)))
    before = all_rows()
    found = codes(api, owner, safe=True) | codes(api, owner, safe=False)
    assert {key: code for key, code in found.items() if code != (401, "TOKEN_EXPIRED")} == {}
    assert all_rows() == before


def test_somebody_elses_token_finds_what_it_would_find_if_nothing_were_there(owner):
    api = api_with(make_token(make_tenant().user, "admin"))
    nowhere = {name: ObjectId() for name in owner.ids}
    before, leaks = rows(), {}
    for route in closed_routes():
        for method in route.methods if route.parameters else ():
            foreign, missing = (without_the_asking(ask(api, method, route.path(ids))) for ids in (owner.ids, nowhere))
            if foreign != missing or foreign[0] != 404 or MARK in foreign[1]:
                leaks[route.name, method] = foreign[0]
    assert leaks == {}
    assert rows() == before
