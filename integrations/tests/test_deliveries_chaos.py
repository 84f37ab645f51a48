"""Senders killed in the middle of their work: each event arrives at least once, under an id that stays the same."""

import ipaddress
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection

from accounts.tests.factories import make_user
from integrations.models import Delivery, Event
from integrations.tests.factories import announce, make_webhook
from integrations.tests.receiver import LOOPBACK, Receiver
from sentimatrix_studio.tests.waiting import wait_until

pytestmark = [pytest.mark.django_db, pytest.mark.chaos, pytest.mark.xdist_group("chaos")]

KILLS, EVENTS, PATIENCE = (100, 500, 600) if os.environ.get("FAULTS") else (5, 40, 240)  # make test-faults
SENDERS = 2
ENDPOINTS = 40


class Senders:
    """Two at a time."""

    def __init__(self, program: "subprocess.Popen[str]") -> None:
        self.program = program
        self.pids = [self._start() for _ in range(SENDERS)]
        self.kills = 0

    def _start(self) -> int:
        assert self.program.stdin
        assert self.program.stdout
        self.program.stdin.write("one more\n")
        self.program.stdin.flush()
        return int(self.program.stdout.readline())

    def kill_one(self) -> None:
        os.kill(self.pids.pop(0), signal.SIGKILL)
        self.kills += 1
        self.pids.append(self._start())


@contextmanager
def senders() -> Iterator[Senders]:
    environment = os.environ | {
        "MONGODB_NAME": str(connection.settings_dict["NAME"]),
        "OUTBOUND_ALLOW": LOOPBACK,
        "LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "integrations.tests.chaos_sender"]
    program = subprocess.Popen(
        command,
        env=environment,
        cwd=settings.BASE_DIR,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        running = Senders(program)
        yield running
        for pid in running.pids:
            os.kill(pid, signal.SIGKILL)
    finally:
        program.kill()
        program.wait()


def test_each_event_arrives_at_least_once_whoever_is_killed(settings):
    settings.OUTBOUND_ALLOW = [ipaddress.ip_network(LOOPBACK)]
    with Receiver() as receiver, senders() as running:
        open_gate = threading.Event()
        receiver.before_answer = lambda: open_gate.wait()
        webhooks = [make_webhook(make_user(), url=receiver.url) for _ in range(ENDPOINTS)]
        secrets = {webhook.owner_id: webhook.secrets[0] for webhook in webhooks}
        announce(webhooks[0].owner, cause="job 0")
        wait_until(lambda: receiver.received, seconds=PATIENCE)
        for _ in range(SENDERS):
            running.kill_one()  # whoever has sent it
        open_gate.set()
        receiver.before_answer = lambda: time.sleep(random.uniform(0, 0.1))  # so that more kills hit what is on its way
        for number in range(1, EVENTS):
            announce(webhooks[number % ENDPOINTS].owner, cause=f"job {number}")
            if number * KILLS // EVENTS > running.kills:
                before = len(receiver.received)
                wait_until(lambda before=before: len(receiver.received) > before, seconds=PATIENCE)
                running.kill_one()
        while running.kills < KILLS:
            running.kill_one()
        wait_until(lambda: not Delivery.objects.exclude(state="delivered").exists(), seconds=PATIENCE)
    arrived = Counter(request.id for request in receiver.received)
    known = {event.message_id: event for event in Event.objects.all()}
    assert len(known) == EVENTS
    assert arrived.keys() == known.keys()
    for request in receiver.received:
        event = known[request.id]
        assert request.verify(secrets[event.owner_id]) == event.payload
    assert running.kills == KILLS
    assert Delivery.objects.filter(token__gt=1).exists()  # what was on its way when its sender was killed
