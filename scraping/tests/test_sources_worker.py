"""The worker as it is served, as a program of its own, led to the stand-ins by its environment alone."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

from projects.choices import Platform, TargetStatus, TargetType
from projects.tests.factories import make_project, make_target
from results.models import Result
from scraping.choices import JobStatus
from scraping.models import Job
from sentimatrix_studio.tests.waiting import wait_until
from tests.standins import Standins
from tests.standins.amazon import ASIN

pytestmark = pytest.mark.django_db
PATIENCE = 240  # seconds for a worker and its work on a busy machine


@pytest.fixture
def worker(running_standins: Standins) -> Iterator[None]:
    """It speaks through a CONNECT proxy, to sites whose certificates it can only trust by the authority it is told."""
    running_standins.reset()
    environment = {**os.environ, **running_standins.environment}
    environment |= {"MONGODB_NAME": connection.settings_dict["NAME"], "WORKERS": "1"}
    program = [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
    process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield
    process.terminate()
    process.wait(PATIENCE)


def test_the_worker_collects_every_review_of_a_product_through_a_proxy(worker, running_standins):
    target = make_target(
        make_project(analyse=False),
        platform=Platform.AMAZON,
        detected_type=TargetType.PRODUCT,
        external_id=ASIN,
        url=f"https://www.amazon.de/dp/{ASIN}",
        options={"country": "de"},
    )
    job = Job.objects.start(target.project, [target])
    wait_until(lambda: Job.objects.get(pk=job.pk).status == JobStatus.COMPLETED, seconds=PATIENCE)
    target.refresh_from_db()
    assert (target.status, target.outcome_code, target.reported_total) == (TargetStatus.ACTIVE, "ok", 25)
    assert Result.objects.filter(target=target, segments__verified=True, rating=4.0).count() == 13
    pages = [seen for seen in running_standins.asked("www.amazon.de") if seen.path.startswith("/product-reviews/")]
    assert [seen.query["pageNumber"] for seen in pages] == ["1", "2", "3"]
