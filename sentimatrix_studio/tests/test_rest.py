"""Bodies, query parameters and requests that are sent again, as every endpoint takes them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.tests.factories import api_of, make_user
from projects.tests.factories import make_project, make_target
from scraping.models import Job
from sentimatrix_studio import rest
from sentimatrix_studio.models import KEPT, KeptAnswer
from sentimatrix_studio.mongo.pipelines import collection
from sentimatrix_studio.problems import MEDIA_TYPE

PROJECTS = "/api/v1/projects"


# Bodies


class Row(rest.Serializer):
    number = serializers.IntegerField()


class Everything(rest.Serializer):
    text = serializers.CharField(required=False)
    flag = serializers.BooleanField(required=False)
    whole = serializers.IntegerField(required=False)
    number = serializers.FloatField(required=False)
    choice = serializers.ChoiceField([3, 5], required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)
    row = Row(required=False)
    fixed = serializers.IntegerField(read_only=True)


GOOD = {"text": "12", "flag": True, "whole": 3, "number": 3, "choice": 5, "words": ["a"], "row": {"number": 1}}


def test_values_of_their_types_are_taken():
    serializer = Everything(data=GOOD)
    assert serializer.is_valid()
    assert serializer.validated_data == GOOD


def test_a_number_without_a_fraction_is_whole_however_it_is_written():
    serializer = Everything(data={**GOOD, "whole": 3.0})
    assert serializer.is_valid()
    assert serializer.validated_data["whole"] == 3


@pytest.mark.parametrize(
    ("name", "value", "pointers"),
    [
        ("text", 12, {"text": None}),
        ("text", True, {"text": None}),
        ("text", ["a"], {"text": None}),
        ("flag", "true", {"flag": None}),
        ("flag", 1, {"flag": None}),
        ("whole", "3", {"whole": None}),
        ("whole", 3.5, {"whole": None}),
        ("whole", True, {"whole": None}),
        ("whole", 2**63, {"whole": None}),
        ("number", "1.5", {"number": None}),
        ("number", float("inf"), {"number": None}),
        ("number", 10**400, {"number": None}),
        ("choice", "5", {"choice": None}),
        ("choice", 5.0, {"choice": None}),
        ("words", "a", {"words": None}),
        ("words", ["a", 1, None], {"words": [1]}),
        ("row", [], {"row": ["non_field_errors"]}),
        ("row", {"number": "1"}, {"row": ["number"]}),
        ("row", {"number": 1, "x": 1}, {"row": ["x"]}),
        ("fixed", 1, {"fixed": None}),
        ("unknown", None, {"unknown": None}),
        ("text", None, {"text": None}),
    ],
)
def test_a_value_of_another_type_is_refused_where_it_stands(name, value, pointers):
    serializer = Everything(data={**GOOD, name: value})
    assert not serializer.is_valid()
    found = {field: list(said) if isinstance(said, dict) else None for field, said in serializer.errors.items()}
    assert found == pointers


@pytest.mark.django_db
@pytest.mark.parametrize(
    "raw",
    [b"{", b"[1, NaN]", b"\xff\xfe", b"[" * 100_000, b'{"name": 1e}', b"1" * 5000, '{"name": "ä"}'.encode("latin-1")],
    ids=["cut", "nan", "bytes", "deep", "number", "long", "latin"],
)
def test_what_is_not_json_is_a_400(raw):
    answer = api_of(make_user()).post(PROJECTS, raw, content_type="application/json; charset=rot13")
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"[]", b'"name"', b"1", b"null", b"true"])
def test_json_that_is_no_object_is_a_422(raw):
    answer = api_of(make_user()).post(PROJECTS, raw, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION_ERROR")


# What is accepted


@pytest.mark.django_db
def test_a_file_comes_whatever_kind_of_answer_is_asked_for():
    project = make_project()
    api, path = api_of(project.owner), f"{PROJECTS}/{project.pk}/results/export?format=csv"
    assert api.get(path, headers={"Accept": "text/csv"}).status_code == 200
    refused = api.get(f"{path}&nonsense=1", headers={"Accept": "text/csv"})
    assert (refused.status_code, refused["Content-Type"]) == (422, MEDIA_TYPE)
    assert api.get(PROJECTS, headers={"Accept": "text/csv"}).status_code == 406


# Query parameters


class Listing(rest.View):
    permission_classes = ()
    query_parameters = {
        "get": {
            "status": serializers.ChoiceField(["active", "paused"], required=False),
            "confirm": rest.Flag(),
            "after": rest.Whole(min_value=0, default=7),
            "filter": rest.Unread(serializers.CharField()),
        }
    }

    def get(self, request: Any) -> Response:
        return Response({**self.asked})


def listed(query: str) -> Response:
    request = APIRequestFactory().get(f"/?{query}")
    force_authenticate(request, make_user())
    answer = Listing.as_view()(request)
    assert isinstance(answer, Response)
    return answer


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", {"confirm": False, "after": 7}),
        ("status=paused&confirm=true&after=12", {"status": "paused", "confirm": True, "after": 12}),
        ("filter=a&filter=b", {"confirm": False, "after": 7}),
    ],
)
def test_a_query_is_read_by_its_fields(query, asked):
    assert listed(query).data == asked


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nonsense=1", "nonsense"),
        ("status=gone", "status"),
        ("status=active&status=paused", "status"),
        ("confirm=yes", "confirm"),
        ("confirm=", "confirm"),
        ("after=-1", "after"),
        ("after=1.0", "after"),
        ("after=1_0", "after"),
        ("after=%EF%BC%91", "after"),
        ("after=99999999999999999999", "after"),
        ("Status=active", "Status"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_the_name_of_the_parameter(query, name):
    answer = listed(query)
    assert (answer.status_code, [error["pointer"] for error in answer.data["errors"]]) == (422, [f"/{name}"])


# Requests that are sent again


@pytest.fixture
def project() -> Any:
    project = make_project()
    make_target(project)
    return project


def start(project: Any, key: str, body: Any = None, api: Any = None) -> Any:
    path = f"{PROJECTS}/{project.pk}/scrape"
    return (api or api_of(project.owner)).post(path, body or {}, headers={"Idempotency-Key": key}, format="json")


@pytest.mark.django_db
def test_a_request_sent_again_gets_the_same_answer_and_does_nothing(project):
    first, second = start(project, "k-1"), start(project, "k-1")
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Job.objects.filter(project=project).count() == 1


@pytest.mark.django_db
def test_the_order_of_fields_makes_no_other_request(project):
    options = {"max_results": 10, "include_replies": True}
    first = start(project, "k-1", {"options": options})
    again = start(project, "k-1", {"options": dict(reversed(options.items()))})
    assert first.json() == again.json()


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_refused(project):
    start(project, "k-1")
    other = start(project, "k-1", {"options": {"max_results": 10}})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")
    elsewhere = make_project(project.owner)
    make_target(elsewhere)
    assert start(elsewhere, "k-1").status_code == 422


@pytest.mark.django_db
def test_while_the_first_runs_the_second_waits(project):
    start(project, "k-1")
    KeptAnswer.objects.update(status=None, body="")
    second = start(project, "k-1")
    assert (second.status_code, second.json()["code"], second["Retry-After"]) == (409, "CONFLICT_ERROR", "1")


@pytest.mark.django_db
def test_only_one_of_two_at_once_is_carried_out(project):
    row = KeptAnswer.objects.claim(project.owner_id, "k-1", "hash")
    assert row[1] is True
    assert KeptAnswer.objects.claim(project.owner_id, "k-1", "hash") == (row[0], False)


@pytest.mark.django_db
def test_a_refused_request_may_be_sent_again(project):
    assert start(project, "k-1", {"options": {"max_results": 0}}).status_code == 422
    assert start(project, "k-1").status_code == 202


@pytest.mark.django_db
def test_keys_belong_to_their_user(project):
    start(project, "k-1")
    other = make_project()
    make_target(other)
    assert start(other, "k-1").status_code == 202


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day(project):
    first = start(project, "k-1")
    (kept,) = KeptAnswer.objects.all()
    assert timedelta(0) <= KEPT - (kept.expires_at - now()) < timedelta(minutes=5)
    Job.objects.update(status="completed")
    KeptAnswer.objects.update(expires_at=now() - timedelta(seconds=1))
    assert start(project, "k-1").json()["id"] != first.json()["id"]
    indexes = collection(KeptAnswer).index_information()
    assert [index["expireAfterSeconds"] for index in indexes.values() if "expireAfterSeconds" in index] == [0]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "a b", "ä", "x" * 256])
def test_a_strange_key_is_refused(project, key):
    answer = start(project, key)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_an_import_sent_again_is_told_by_its_file():
    project = make_project()
    api, path = api_of(project.owner), f"{PROJECTS}/{project.pk}/results/import"

    def send(text: str, name: str = "reviews.csv") -> Any:
        body = {"file": SimpleUploadedFile(name, text.encode()), "options": json.dumps({"format": "csv"})}
        return api.post(path, body, format="multipart", headers={"Idempotency-Key": "k-1"})

    first, again, other = send("text\nGood."), send("text\nGood."), send("text\nBad.")
    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert first.json()["id"] == again.json()["id"]
    assert Job.objects.filter(project=project).count() == 1
