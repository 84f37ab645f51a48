from typing import Any

import pytest
from django.test import Client

from projects.tests.factories import make_project
from results import engines
from results.models import Result
from results.tests.factories import make_item, make_results, make_target
from sentimatrix_studio.mongo.pipelines import collection

pytestmark = pytest.mark.django_db


def test_an_average_of_several_engines_is_said_to_be_one(client: Client) -> None:
    target = make_target(make_project())
    first, *_ = make_results(target, *(make_item(n, "positive") for n in range(3)))
    make_results(make_target(), make_item(1, "negative"))
    project = target.project
    assert (engines.engines_of(project), engines.mixture(project)) == (["scripted-1"], "")
    client.force_login(project.owner)
    path = f"/projects/{project.pk}/analytics/"
    assert "averages mix" not in client.get(path).content.decode()
    Result.objects.filter(pk=first.pk).update(engine="llm:groq/<qwen>")
    said = "read by two engines, llm:groq/&lt;qwen&gt; and scripted-1: averages mix what they say."
    assert said in client.get(path).content.decode()


def test_engines_of_several_projects_are_told_by_an_index_alone(django_assert_num_queries: Any) -> None:
    target = make_target(make_project())
    first, *_ = make_results(target, *(make_item(n, "positive") for n in range(200)))
    Result.objects.filter(pk=first.pk).update(engine="llm:groq/qwen")
    other, empty = make_target().project, make_project()
    make_results(make_target(other), make_item(1, "negative"))
    asked = [target.project, other, empty]
    with django_assert_num_queries(1):
        found = engines.engines_by_project(asked)
    assert list(found.values()) == [["llm:groq/qwen", "scripted-1"], ["scripted-1"], []]
    command = {"aggregate": collection(Result).name, "pipeline": engines._engines(target.project), "cursor": {}}
    told = collection(Result).database.command({"explain": command, "verbosity": "executionStats"})
    stats = told["stages"][0]["$cursor"]["executionStats"]
    assert (stats["totalDocsExamined"], stats["totalKeysExamined"] < 10) == (0, True)
