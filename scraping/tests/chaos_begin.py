"""Begin jobs in an installation of its own; run by ``test_chaos`` as a program: ``import ROWS`` reads a file with so
many rows, ``collect GAME …`` a game on Steam each, and ``reanalyse PROJECT`` has all its reviews read again. Prints the
ids of the jobs. ``correct PROJECT NUMBER`` labels so many reviews by hand, and prints their ids."""

import sys
from collections.abc import Iterable

import django
from bson import ObjectId
from django.http import QueryDict

django.setup()

# Only now are the models there.
from accounts.tests.factories import make_user  # noqa: E402
from projects.models import Project  # noqa: E402
from projects.tests.factories import make_project, make_target, settings  # noqa: E402
from results import correcting  # noqa: E402
from results.filters import ResultFilter  # noqa: E402
from results.models import Result  # noqa: E402
from scraping import importing  # noqa: E402
from scraping.models import Job  # noqa: E402
from scraping.reanalysis import starting  # noqa: E402

WORDS = ("good", "bad", "fast", "slow", "loud", "quiet", "lovely")


def rows(number: int) -> bytes:
    lines = (f"{n},{n % 5 + 1},2026-0{n % 9 + 1}-11,The kettle is {WORDS[n % 7]} today." for n in range(number))
    return "\n".join(["id,stars,date,text", *lines]).encode()


def new_project() -> Project:
    limits = {"rate_limit_delay": 0, "max_reviews_per_target": 1000}
    return make_project(make_user(email=f"{ObjectId()}@example.org"), config=settings(limits=limits))


def begin_import(number: int) -> Job:
    project = new_project()
    upload = importing.keep(project.owner_id, "reviews.csv", [rows(number)])
    return importing.start(project, upload, importing.preview(upload).options)


def collect(game: str) -> Job:
    project = new_project()
    make_target(project, external_id=game)
    return Job.objects.start(project)


def reanalyse(pk: str) -> Job:
    project = Project.objects.get(pk=pk)
    return starting.start(project, ResultFilter.parse(project, QueryDict()))


def correct(pk: str, number: int) -> Iterable[Result]:
    """Those that a person has not labelled yet, and that have been read."""
    found = Result.objects.filter(project_id=pk, state="analysed", label_source="model").order_by("-pk")[:number]
    for result in found:
        correcting.relabel_one(result, {"sentiment": "very_positive"}, result.project.owner)
        yield result


if __name__ == "__main__":
    what, *which = sys.argv[1:]
    made = {
        "import": lambda: [begin_import(int(which[0]))],
        "collect": lambda: map(collect, which),
        "reanalyse": lambda: [reanalyse(which[0])],
        "correct": lambda: correct(which[0], int(which[1])),
    }[what]()
    sys.stdout.write("\n".join(str(one.pk) for one in made))
