"""The file with all that is kept of a person: complete, their own, and without secrets."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from accounts.authentication import new_tokens
from accounts.models import ApiToken, AuditEntry, TokenFamily, User
from accounts.tests.factories import api_of, api_with, make_token, make_user, with_password, with_second_factor
from integrations.models import Credential, Remembered
from results.models import DailyAspectRollup, DailyRollup, Result, TotalAspectRollup, TotalRollup
from scraping.models import Job, LogLine, RowError, Slot, Step
from sentimatrix_studio import takeout
from sentimatrix_studio.models import KeptAnswer
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.tests.test_deletion import make_everything

pytestmark = pytest.mark.django_db

EXPORT = "/api/v1/auth/me/export"
ROLLUPS = {DailyRollup, TotalRollup, DailyAspectRollup, TotalAspectRollup}
WORKED_OUT = ROLLUPS | {Step, KeptAnswer, Remembered}  # from the rest, or of no meaning to anybody


def exported(user: User) -> dict[str, Any]:
    answer = api_of(user).get(EXPORT)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="studio_account_')
    content: dict[str, Any] = json.loads(b"".join(answer))
    return content


def test_everything_of_the_person_is_in_the_file_and_nothing_of_others():
    user, other = make_user(name="Änne"), make_user()
    target, foreign = make_everything(user), make_everything(other)
    content = exported(user)  # session and connections are made by signing in, which tests spare themselves
    assert content["account"][0] == {**content["account"][0], "id": str(user.pk), "email": user.email, "name": "Änne"}
    for name in (*takeout.OF_THE_PERSON, *takeout.OF_JOBS, *takeout.OF_PROJECTS, "planned_runs", "before_changes"):
        if name not in ("connected_accounts", "second_factors", "sessions"):
            assert content[name], name
    assert [row["id"] for row in content["targets"]] == [str(target.pk)]
    text = json.dumps(content)
    assert not any(str(key) in text for key in (other.pk, foreign.pk, foreign.project_id))


def test_a_model_with_an_owner_is_in_the_file_or_said_to_be_left_out():
    ours = ("accounts", "projects", "integrations", "results", "scraping", "sentimatrix_studio")
    belonging = {
        model
        for app in ours
        for model in apps.get_app_config(app).get_models()
        if {field.name for field in model._meta.get_fields()} & {"owner", "user", "job"}
    }
    shown = {model for model, _ in takeout.OF_THE_PERSON.values()} | set(takeout.OF_JOBS.values()) | {Slot}
    shown |= set(takeout.OF_PROJECTS.values())
    assert belonging - shown - WORKED_OUT == set()
    assert {ApiToken, TokenFamily, Credential} <= belonging
    assert AuditEntry in shown


def test_secrets_stay_where_they_are():
    user = with_password()
    secret, text = with_second_factor(user), make_token(user, "admin")
    make_everything(user)
    new_tokens(user)
    content = json.dumps(exported(user))
    hidden = [user.password, secret, text, ApiToken.objects.get(ending=text[-4:]).digest, user.get_session_auth_hash()]
    hidden += [Credential.objects.get().sealed, *TokenFamily.objects.values_list("refresh_id", flat=True)[1:]]
    assert [value for value in hidden if value in content] == []


def test_more_rows_than_are_written_at_once_are_still_one_list(monkeypatch):
    monkeypatch.setattr(takeout, "BATCH", 2)
    user = make_user()
    for _ in range(5):
        make_token(user)
    content = exported(user)
    assert len(content["api_tokens"]) == 5
    assert content["projects"] == []
    assert datetime.fromisoformat(content["api_tokens"][0]["created_at"]).tzinfo == UTC


def test_what_cannot_be_written_is_an_error_and_not_a_hole():
    with pytest.raises(TypeError, match="set has no place"):
        json.dumps({1, 2}, default=takeout._plain)


def test_an_export_is_recorded_and_asks_a_token_for_all_it_can_give(settings):
    user = make_user()
    assert api_with(make_token(user, "write")).get(EXPORT).status_code == 403
    assert api_with(make_token(user, "admin")).get(EXPORT).status_code == 200
    assert AuditEntry.objects.filter(user_id=user.pk, event="export.made").count() == 1
    assert Client().get(EXPORT).status_code == 401
    settings.LIMITS = {**settings.LIMITS, "export": (1, 3600, 1)}
    assert [api_of(user).get(EXPORT).status_code for _ in range(2)] == [200, 429]


def test_the_collections_are_read_by_index():
    database = collection(Result).database
    user = make_user()
    make_everything(user)
    database.command("profile", 2)
    exported(user)
    database.command("profile", 0)
    seen = list(database["system.profile"].find({"op": "query", "planSummary": {"$exists": True}}))
    database["system.profile"].drop()
    plans = {op["ns"].partition(".")[2]: op["planSummary"].split()[0] for op in seen}
    assert {plans[model._meta.db_table] for model in (Result, Job, AuditEntry, LogLine, RowError)} == {"IXSCAN"}
