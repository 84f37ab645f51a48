"""Begin an import in an installation of its own; run by ``test_chaos`` as a program, with the number of rows."""

import sys

import django
from bson import ObjectId

django.setup()

# Only now are the models there.
from accounts.tests.factories import make_user  # noqa: E402
from projects.tests.factories import make_project  # noqa: E402
from scraping import importing  # noqa: E402

WORDS = ("good", "bad", "fast", "slow", "loud", "quiet", "lovely")


def rows(number: int) -> bytes:
    lines = (f"{n},{n % 5 + 1},2026-0{n % 9 + 1}-11,The kettle is {WORDS[n % 7]} today." for n in range(number))
    return "\n".join(["id,stars,date,text", *lines]).encode()


def begin(number: int) -> str:
    project = make_project(make_user(email=f"{ObjectId()}@example.org"))
    upload = importing.keep(project.owner_id, "reviews.csv", [rows(number)])
    job = importing.start(project, upload, importing.preview(upload).options)
    return str(job.pk)


if __name__ == "__main__":
    sys.stdout.write(begin(int(sys.argv[1])))
