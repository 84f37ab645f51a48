"""What MongoDB reads to answer with a page of fifty out of twenty thousand reviews."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from django.db.models import QuerySet
from django.http import QueryDict

from projects.models import Project, Target
from projects.tests.factories import make_project
from results import counting, paging
from results.filters import ResultFilter
from results.models import Result
from results.paging import Cursor
from results.tests.factories import START, make_items, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module
from sentimatrix_studio.mongo.pipelines import collection, condition, options

PLATFORMS = ("steam", "reddit", "youtube")
EACH = 6_700
RARE = 500  # one review of so many has a word
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
    items = [replace(item, text=f"{item.text} {said(n)}") for n, item in enumerate(make_items(count, step=STEP))]
    for start in range(0, count, 2000):
        store(target, *items[start : start + 2000])


def said(n: int) -> str:
    return f"{'odd' if n % 2 else 'even'} {'rare' if n % RARE == 0 else ''}"


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


@pytest.mark.parametrize("query", ["", "&date_from=2026-03-10&date_to=2026-03-20", "&sentiment=&rating_min=1"])
@pytest.mark.parametrize("typed", ["reviews", "even", "odd -rare", '"review number"', "review number"])
def test_a_page_of_what_many_have_reads_hardly_more_than_itself(project: Project, typed: str, query: str) -> None:
    rows = ResultFilter.parse(project, QueryDict(f"search={typed}{query}")).queryset(project)
    for place in (None, MIDDLE, BACKWARDS):
        for sort in paging.SORTS:
            page = paging.ordered(rows, place, sort)[:51]
            assert len(page) == 51
            assert examined(page) <= 60
            assert examined(page, "totalKeysExamined") <= 70


def test_a_search_on_some_platforms_passes_over_the_others_at_most(project: Project) -> None:
    rows = ResultFilter(search="even", platform=("steam",)).queryset(project)
    assert examined(paging.ordered(rows, MIDDLE)[:51]) <= 4 * 51


@pytest.mark.parametrize("typed", ["rare", "even rare", "rare even", '"rare" review number', "review -odd rare"])
def test_of_several_words_the_rarest_leads_whatever_was_searched_for_before(project: Project, typed: str) -> None:
    for _ in range(3):  # of what nothing is found for, MongoDB learns that the way does not matter
        assert not paging.take(ResultFilter(search="even odd", sentiment=("negative",)).queryset(project)).results
    rows = ResultFilter(search=typed, sentiment=("negative",)).queryset(project)
    assert examined(paging.ordered(rows, None)[:51]) == 3 * (EACH // RARE + 1)


@pytest.mark.parametrize("query", ["search=even", "search=numbers&date_from=2026-03-10&date_to=2026-03-20"])
def test_a_word_is_counted_by_its_index_alone(project: Project, query: str) -> None:
    asked = ResultFilter.parse(project, QueryDict(query))
    rows = asked.queryset(project)
    stages = [{"$match": condition(rows)}, {"$group": {"_id": None, "n": {"$sum": 1}}}]
    assert counting.total(project, asked) == rows.count() > 1000
    assert explained(stages, rows)["totalDocsExamined"] == 0


def examined(page: QuerySet[Any], what: str = "totalDocsExamined") -> int:
    """How many documents MongoDB reads to answer, or how many keys of an index."""
    compiler = page.query.get_compiler(using=page.db)
    compiler.pre_sql_setup()
    number: int = explained(compiler.build_query(compiler.columns).get_pipeline(), page)[what]
    return number


def explained(stages: list[dict[str, Any]], rows: QuerySet[Any]) -> dict[str, Any]:
    asked = {"aggregate": Result._meta.db_table, "pipeline": stages, "cursor": {}, **options(rows)}
    answer = collection(Result).database.command("explain", asked, verbosity="executionStats")
    stats: dict[str, Any] = (answer.get("stages", [{}])[0].get("$cursor") or answer)["executionStats"]
    return stats
