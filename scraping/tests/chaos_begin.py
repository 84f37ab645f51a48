"""Begin jobs in an installation of its own; run by ``test_chaos`` as a program: ``import ROWS`` reads a file with so
many rows, ``collect GAME …`` a game on Steam each. Prints the ids of the jobs."""

import sys

import django
from bson import ObjectId

django.setup()

# Only now are the models there.
from accounts.tests.factories import make_user  # noqa: E402
from projects.models import Project  # noqa: E402
from projects.tests.factories import make_project, make_target, settings  # noqa: E402
from scraping import importing  # noqa: E402
from scraping.models import Job  # noqa: E402

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


if __name__ == "__main__":
    what, *which = sys.argv[1:]
    jobs = [begin_import(int(which[0]))] if what == "import" else [collect(game) for game in which]
    sys.stdout.write("\n".join(str(job.pk) for job in jobs))
