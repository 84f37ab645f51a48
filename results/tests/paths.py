from django.urls import reverse

from projects.models import Project
from projects.tests import paths
from results.models import Result


def path_of(project: Project, *more: object) -> str:
    """Of the API."""
    return paths.path_of(project, "results", *more)


def results_url(project: Project, query: str = "") -> str:
    return f"{reverse('results:result_list', args=[project.pk])}{query}"


def review_url(review: Result, name: str = "result_detail") -> str:
    return reverse(f"results:{name}", args=[review.project_id, review.pk])
