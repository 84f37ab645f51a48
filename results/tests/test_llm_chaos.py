"""Workers with one small budget, the first of them killed in the middle of a call: the others never pass it."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from integrations.models import Purse
from integrations.models.spending import NANO
from results.tests.test_analysis_llm import PRICES, engine_of, project_with
from sentimatrix_studio.tests.waiting import wait_until

KILLS, WORKERS, LIMIT = 8, 24, 0.05
FAULTS = pytest.mark.skipif("FAULTS" not in os.environ, reason="make test-faults; threads do it in test_analysis_llm")
pytestmark = [FAULTS, pytest.mark.django_db, pytest.mark.chaos, pytest.mark.xdist_group("chaos")]


def test_killed_workers_never_let_the_others_pass_the_limit(standins):
    project = project_with(llm_budget_usd=LIMIT)
    engine_of(project).analyse(["This goes well."])
    standins.delay = 0.5
    environment = os.environ | standins.environment | {"MONGODB_NAME": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "-m", "results.tests.chaos_llm", str(project.pk)]
    with subprocess.Popen(
        command, env=environment, cwd=settings.BASE_DIR, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdin
        assert program.stdout
        for number in range(KILLS + WORKERS):
            asked = len(standins.requests)
            program.stdin.write(f"{number}\n")
            program.stdin.flush()
            pid = int(program.stdout.readline())
            if number < KILLS:
                wait_until(lambda asked=asked: len(standins.requests) > asked)
                os.kill(pid, signal.SIGKILL)
    billed = standins.llms.dollars(*PRICES)  # also what the killed ones have never heard of
    run = Purse.objects.get(of="run")
    assert run.held > 0
    assert run.calls == len(standins.llms.bill) - KILLS
    assert run.spent / NANO < billed <= (run.spent + run.held) / NANO <= LIMIT
