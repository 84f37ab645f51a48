import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from bson import ObjectId
from django.http import QueryDict
from pymongo import UpdateOne

from projects.models import Project, Target
from projects.tests.factories import make_project
from results import analytics, counting, exports, paging, rollups
from results import counting as module
from results.charts import Chart
from results.choices import Emotion, Sentiment, State
from results.counting import Counting, CountingError, Counts, Reviews, counts, is_counted_by_rollups, total
from results.exports import ExportRequest
from results.filters import ResultFilter
from results.ingest import Item
from results.labels import effective, of_model
from results.models import Result
from results.report import Question, report
from results.tallies import COUNTERS, Tally
from results.tests.factories import START, make_item, make_results, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module
from results.tests.slow import count_slowly
from sentimatrix_studio.mongo.pipelines import collection

FILTERS = int(os.environ.get("COUNTED_FILTERS", "20"))  # 200 and more take longer than a suite should
REVIEWS = 400
JOBS = [ObjectId("a" * 24), ObjectId("b" * 24)]
WORDS = ["kettle", "lid", "steam", "price"]
ZONES = ["UTC", "America/New_York", "Asia/Kolkata"]


@pytest.fixture(scope="module")
def scene(db: None) -> Project:
    """Reviews of all kinds. Made once: the tests of this module only read."""
    chance, project = random.Random(1), make_project()
    targets = [make_target(project, platform) for platform in ("steam", "steam", "reddit", "imdb")]
    for number, target in enumerate(targets):
        items = [varied(chance, f"{number}-{n}") for n in range(REVIEWS // len(targets))]
        make_results(target, *items[:-20], job_id=chance.choice([*JOBS, None]))
        store(target, *items[-20:], job_id=JOBS[0])
    vary(chance, project)
    rollups.rebuild(project)
    make_results(make_target(), varied(chance, "foreign"))
    return project


@pytest.fixture
def project(scene: Project) -> Project:
    return copy(scene)


def varied(chance: random.Random, external_id: str) -> Item:
    words = [chance.choice([*Sentiment.values, "unsupported_language", "no_text"]), chance.choice(Emotion.values)]
    return make_item(
        external_id=external_id,
        text=" ".join([*words, *chance.sample(WORDS, 2)]),
        rating=chance.choice([None, 0, 1, 2.5, 3.3, 4.5, 5, 9]),
        rating_max=5,
        published_at=START + timedelta(minutes=chance.randrange(70 * 24 * 60)),
    )


def vary(chance: random.Random, project: Project) -> None:
    """Scores of all sizes, mentions of aspects, and some labels that people have set."""
    writes = []
    for row in collection(Result).find({"project_id": project.pk, "state": "analysed"}):
        change: dict[str, Any] = {"score": chance.uniform(-1, 1), "confidence": chance.random()}
        change |= {"emotion_score": row["emotion"] and chance.random()}
        said = {"score": 0.5, "quote": row["text"], "sentiment": chance.choice(["positive", "negative"])}
        aspects = [{"aspect": name, **said} for name in ("story", "price") if chance.random() < 0.4]
        if chance.random() < 0.2:
            change = effective(of_model({**row, **change}), {"sentiment": chance.choice(Sentiment.values)})
        writes.append(UpdateOne({"_id": row["_id"]}, {"$set": {**change, "aspects": aspects}}))
    collection(Result).bulk_write(writes)


def filters(project: Project) -> Iterator[ResultFilter]:
    """The same ones each time, from none of the filters to many of them."""
    chance, targets = random.Random(2), [str(target.pk) for target in Target.objects.filter(project_id=project.pk)]
    values = {
        "sentiment": Sentiment.values,
        "platform": ["steam", "reddit", "imdb", "amazon"],
        "target_id": targets,
        "emotion": Emotion.values,
        "language": ["en", "de"],
        "state": State.values,
        "label_source": ["model", "human"],
        "aspect": ["story", "price:negative", "looks"],
        "rating_min": ["0", "1.5", "3"],
        "rating_max": ["3.3", "4.49", "5"],
        "min_confidence": ["0.5", "0.8"],
        "search": ["kettle", "lid steam", "price -lid"],
        "date_from": ["2026-03-05", "2026-03-20T13:15:00Z", "2026-02-01"],
        "date_to": ["2026-04-20", "2026-03-28T23:59:59.999Z", "2026-05-11"],
        "job_id": [str(job) for job in JOBS],
    }
    single = {"rating_min", "rating_max", "min_confidence", "search", "date_from", "date_to", "job_id"}
    for _ in range(FILTERS):
        names = chance.sample(sorted(values), chance.choice([0, 1, 1, 2, 2, 3, 4]))
        query = {name: chance.sample(values[name], 1 if name in single else chance.choice([1, 2, 2])) for name in names}
        yield ResultFilter.parse(project, QueryDict(urlencode(query, doseq=True)))


def listed(project: Project, asked: ResultFilter) -> list[ObjectId]:
    """The ids of the list, page after page."""
    found: list[ObjectId] = []
    cursor = ""
    while True:
        page = paging.take(asked.queryset(project).only("pk", "dated_at"), cursor=cursor, size=100)
        found += [result.pk for result in page.results]
        if not page.next:
            return found
        cursor = page.next


def exported(project: Project, asked: ResultFilter) -> list[ObjectId]:
    form = ExportRequest.parse(QueryDict("format=jsonl&fields=id"))
    lines = b"".join(exports.export(project, asked, form).chunks).splitlines()
    return [ObjectId(json.loads(line)["id"]) for line in lines]


@cache
def rows_of(pk: ObjectId) -> dict[ObjectId, dict[str, Any]]:
    return {row["_id"]: row for row in collection(Result).find({"project_id": pk})}


def truth(rows: list[dict[str, Any]]) -> Tally:
    """Every counter, added up review by review."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update(rollups.contribution(row))
    return Tally({name: sums[name] for name in COUNTERS})


def whole(tally: Tally) -> Tally:
    return Tally({name: tally[name] for name in COUNTERS})


def by(rows: list[dict[str, Any]], key: Any) -> dict[Any, Tally]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return {name: truth(group) for name, group in groups.items()}


def test_list_export_counts_figures_and_charts_agree_whatever_is_asked_for(project: Project) -> None:
    found_something = 0
    for asked in filters(project):
        ids = listed(project, asked)
        rows = [rows_of(project.pk)[pk] for pk in ids]
        tally = truth(rows)
        assert exported(project, asked) == ids, asked
        check_counts(project, asked, tally)
        check_tallies(project, asked, rows)
        check_figures(project, asked, tally)
        check_charts(project, asked, tally)
        found_something += bool(ids)
    assert found_something > FILTERS / 2


def check_counts(project: Project, asked: ResultFilter, tally: Tally) -> None:
    found = counts(project, asked)
    assert found.total == tally.total, asked
    assert found.labels in (tally.labels, None), asked
    assert found.human in (tally.human, None), asked


def check_tallies(project: Project, asked: ResultFilter, rows: list[dict[str, Any]]) -> None:
    for kept in (Counting(project, asked), Reviews(project, asked)):
        assert whole(kept.tally()) == truth(rows), asked
        targets = {pk: whole(tally) for pk, tally in kept.tally_by("target_id").items()}
        assert targets == by(rows, lambda row: row["target_id"]), asked
        weeks = {day: whole(tally) for day, tally in kept.tally_by_period("week").items()}
        assert weeks == by(rows, lambda row: monday(row["dated_at"])), asked
    for zone in ZONES:
        days = Reviews(project, asked).tally_by_period("day", ("total", "score_sum", "human"), zone)
        expected = by(rows, partial(local_day, ZoneInfo(zone)))
        assert {day: (tally.total, tally["score_sum"], tally.human) for day, tally in days.items()} == {
            day: (tally.total, tally["score_sum"], tally.human) for day, tally in expected.items()
        }, asked


def local_day(zone: ZoneInfo, row: dict[str, Any]) -> date:
    day: date = row["dated_at"].replace(tzinfo=UTC).astimezone(zone).date()
    return day


def monday(at: Any) -> Any:
    return (at - timedelta(days=at.weekday())).date()


def check_figures(project: Project, asked: ResultFilter, tally: Tally) -> None:
    summary = analytics.summary(project, asked)
    assert (summary["total_results"], summary["human_labels"]) == (tally.total, tally.human), asked
    assert (summary["avg_sentiment_score"], summary["avg_rating"]) == (tally.avg_score, tally.avg_rating), asked
    assert summary["sentiment_distribution"] == tally.labels, asked
    for zone in ZONES[:2]:
        points = analytics.sentiment_timeline(project, asked, "day", zone)
        assert sum(point["count"] for point in points) == tally.total, asked
        assert sum(point["negative"] for point in points) == tally.polarities["negative"], asked
    felt = {one["emotion"]: one["count"] for one in analytics.emotions(project, asked)}
    assert felt == {emotion: n for emotion, n in tally.emotions.items() if n}, asked
    assert sum(one["count"] for one in analytics.platforms(project, asked)) == tally.total, asked


def check_charts(project: Project, asked: ResultFilter, tally: Tally) -> None:
    shown = report(project, Question(asked), "Asia/Kolkata")
    assert whole(shown.tally) == tally, asked
    assert counted(shown.timeline) == counted(shown.platforms) == counted(shown.targets) == tally.labelled, asked
    assert counted(shown.distribution) == tally.labelled, asked
    assert counted(shown.emotions) == sum(tally.emotions.values()), asked
    assert counted(shown.ratings) == tally.rated, asked
    cells = [int(cell) for row in shown.agreement.rows for cell in row.cells]
    assert sum(cells) == sum(sum(sides.values()) for sides in tally.stars_by_side.values()), asked


def counted(chart: Chart) -> int:
    return sum(int(row.cells[0]) for row in chart.rows)


def parse(project: Project, query: str) -> ResultFilter:
    return ResultFilter.parse(project, QueryDict(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sentiment=negative,very_positive",
        "state=pending",
        "state=analysed,pending",
        "state=analysed&sentiment=negative",
        "platform=steam&date_from=2026-03-03",
        "date_to=2026-03-04",
        "date_from=2026-03-03T00:00:00Z",
    ],
)
def test_roll_ups_count_what_a_look_at_the_reviews_counts(project: Project, query: str) -> None:
    asked = parse(project, query)
    tally = Reviews(project, asked).tally()
    assert is_counted_by_rollups(asked)
    found = counts(project, asked)
    assert (found.total, found.labels, found.human) == (tally.total, tally.labels, tally.human)


def test_labels_that_people_have_set_are_counted_by_label_where_they_are_not_too_many(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = parse(project, "sentiment=negative,very_negative,positive&date_from=2026-03-02")
    human = counts(project, asked).human
    assert human == asked.queryset(project).filter(label_source="human").count()
    assert human
    monkeypatch.setattr(counting, "MOST_BY_HAND", human - 1)
    assert counts(project, asked).human is None


def test_roll_ups_know_how_many_reviews_have_an_emotion_but_not_their_labels(project: Project) -> None:
    asked = parse(project, "emotion=anger,disgust")
    assert is_counted_by_rollups(asked)
    assert (counts(project, asked).total, counts(project, asked).labels) == (asked.queryset(project).count(), None)


@pytest.mark.parametrize(
    "query",
    [
        "search=kettle",
        "language=en",
        "label_source=human",
        "rating_min=3",
        "min_confidence=0.5",
        "job_id=aaaaaaaaaaaaaaaaaaaaaaaa",
        "sentiment=positive&emotion=joy",
        "date_from=2026-03-03T12:00:00Z",
        "date_to=2026-03-03T12:00:00Z",
    ],
)
def test_what_roll_ups_cannot_tell_apart_is_counted(project: Project, query: str) -> None:
    asked = parse(project, query)
    assert not is_counted_by_rollups(asked)
    assert counts(project, asked).total == asked.queryset(project).count() > 0


def test_a_count_that_takes_too_long_is_not_known(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    count_slowly(monkeypatch)
    asked = parse(project, "language=en")
    assert counts(project, asked) == Counts()
    with pytest.raises(CountingError):
        Counting(project, asked).tally()


@pytest.mark.parametrize("query", ["search=kettle", "search=lids&date_from=2026-03-05&date_to=2026-04-20"])
def test_of_a_word_that_many_reviews_have_the_labels_are_not_counted(
    project: Project, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    asked = parse(project, query)
    known = counts(project, asked)
    assert known.total == sum((known.labels or {}).values()) + asked.queryset(project).filter(sentiment=None).count()
    assert total(project, asked) == known.total
    monkeypatch.setattr(module, "LABELS_COUNTED", (known.total or 0) - 1)
    assert counts(project, asked) == Counts(known.total)
    other = replace(asked, platform=("steam", "reddit"))
    assert counts(project, other).labels


def test_periods_of_another_zone_are_for_three_months_at_most(project: Project) -> None:
    assert Counting(project, ResultFilter()).zone_of("day", "Asia/Tokyo") == "Asia/Tokyo"
    far = make_project()
    for days in (0, 92):
        make_results(make_target(far), make_item(days, "positive", published_at=START + timedelta(days=days)))
    assert Counting(far, ResultFilter()).zone_of("day", "Asia/Tokyo") == "UTC"
    assert Counting(far, ResultFilter()).zone_of("hour", "Asia/Tokyo") == "Asia/Tokyo"
