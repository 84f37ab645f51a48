from datetime import timedelta

import pytest

from scraping import analysing, collecting, runner
from scraping.tests.factories import ScriptedSource
from scraping.tests.runs import RecordingEngine


@pytest.fixture
def quiet_bell(monkeypatch):
    """Tests call ``work`` themselves."""
    rings = []

    def ring(times=None):
        rings.append(times)
        return True

    monkeypatch.setattr("sentimatrix_studio.bell.ring", ring)
    return rings


@pytest.fixture
def engine(monkeypatch):
    recording = RecordingEngine()
    monkeypatch.setattr(analysing, "get_engine", lambda: recording)
    return recording


@pytest.fixture
def source(monkeypatch):
    """Set ``source.script`` to what the source shall give."""
    scripted = ScriptedSource()
    monkeypatch.setattr(collecting, "get_source", lambda target: scripted)
    return scripted


@pytest.fixture
def no_pauses(monkeypatch):
    monkeypatch.setattr(runner, "PAUSES", (timedelta(0), timedelta(0)))
