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


def test_engines_are_told_by_an_index_alone() -> None:
    target = make_target(make_project())
    make_results(target, *(make_item(n, "positive") for n in range(500)))
    asked = {"distinct": collection(Result).name, "key": "engine", "query": {"project_id": target.project_id}}
    told = collection(Result).database.command({"explain": asked, "verbosity": "executionStats"})
    assert told["executionStats"]["totalDocsExamined"] == 0
    assert told["executionStats"]["totalKeysExamined"] < 10
