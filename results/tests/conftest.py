import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.tests.factories import api_of, browser_of
from projects.models import Project, Target
from projects.tests.factories import make_project
from results.models import Result
from results.tests.factories import make_item, make_results, make_target


@pytest.fixture
def project(db: None) -> Project:
    return make_project(name="Kettle")


@pytest.fixture
def steam(project: Project) -> Target:
    return make_target(project, "steam", label="The game")


@pytest.fixture
def review(steam: Target) -> Result:
    return make_results(steam, make_item("a", "positive joy", title="Lovely", rating=4, rating_max=5))[0]


@pytest.fixture
def browser(project: Project) -> Client:
    return browser_of(project.owner)


@pytest.fixture
def api(project: Project) -> APIClient:
    return api_of(project.owner)
