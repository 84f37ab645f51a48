"""What MongoDB reads to answer with a page of fifty out of twenty thousand reviews."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from django.db.models import QuerySet
from django.http import QueryDict

from projects.models import Project, Target
from projects.tests.factories import make_project
from results import paging
from results.filters import ResultFilter
from results.paging import Cursor
from results.tests.factories import START, make_items, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module

PLATFORMS = ("steam", "reddit", "youtube")
EACH = 6_700
STEP = timedelta(minutes=7)


@pytest.fixture(scope="module")
def project(db: None) -> Project:
    """Made once: the tests of this module only read."""
    project = make_project()
    for platform in PLATFORMS:
        fill(make_target(project, platform), EACH)
    fill(make_target(), 2000)
    return project


def fill(target: Target, count: int) -> None:
    items = make_items(count, step=STEP)
    for start in range(0, count, 2000):
        store(target, *items[start : start + 2000])


MIDDLE = Cursor(False, START + EACH // 2 * STEP, ObjectId("f" * 24))
BACKWARDS = replace(MIDDLE, is_backwards=True)
BUSY_DAYS = "date_from=2026-03-10&date_to=2026-03-20"


@pytest.mark.parametrize("query", ["", "platform=steam", "platform=steam,reddit,youtube", BUSY_DAYS])
@pytest.mark.parametrize("place", [None, MIDDLE, BACKWARDS])
@pytest.mark.parametrize("sort", paging.SORTS)
def test_a_page_reads_hardly_more_than_itself(project: Project, query: str, place: Cursor | None, sort: str) -> None:
    rows = ResultFilter.parse(project, QueryDict(query)).queryset(project)
    page = paging.ordered(rows, place, sort)[:51]
    assert len(page) == 51
    assert examined(page) <= 60


@pytest.mark.parametrize("place", [None, MIDDLE, BACKWARDS])
def test_a_page_of_some_platforms_passes_over_the_others_at_most(project: Project, place: Cursor | None) -> None:
    rows = ResultFilter(platform=("steam", "reddit")).queryset(project)
    assert examined(paging.ordered(rows, place)[:51]) <= 2 * 51


def test_a_page_of_one_target_reads_hardly_more_than_itself(project: Project) -> None:
    target = Target.objects.filter(project=project).first()
    assert target
    rows = ResultFilter(target_id=(target.pk,)).queryset(project)
    assert examined(paging.ordered(rows, MIDDLE)[:51]) <= 60


@pytest.mark.parametrize("sort", paging.SORTS)
def test_those_that_a_person_has_labelled_are_found_among_all_others(project: Project, sort: str) -> None:
    rows = ResultFilter(label_source=("human",)).queryset(project)
    assert examined(paging.ordered(rows, None, sort)[:51]) == 0


def examined(page: QuerySet[Any]) -> int:
    """How many documents MongoDB reads to answer."""
    documents: int = json.loads(page.explain(verbosity="executionStats"))["executionStats"]["totalDocsExamined"]
    return documents
