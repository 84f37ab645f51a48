from typing import Any
from unittest.mock import Mock

import pytest
from rest_framework.test import APIClient

from accounts.tests.answers import pointers
from results.analysis.engine import AnalysisError
from results.api import texts
from results.api.texts import LONGEST_TEXT
from results.models import Result
from results.tests.factories import (
    ScriptedEngine,
)

pytestmark = pytest.mark.django_db


def analyse_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "analyse_now", lambda text, wanted: (ScriptedEngine().analyse([text])[0], ""))


def test_a_text_is_analysed_and_not_kept(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse_with(monkeypatch)
    answer = api.post("/api/v1/analyze", {"text": "very_positive joy"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["engine"], body["state"], body["language"]) == ("scripted-1", "analysed", "en")
    assert (body["sentiment"]["label"], body["sentiment"]["score"]) == ("very_positive", 0.9)
    assert body["emotions"]["primary"] == "joy"
    assert not Result.objects.exists()


def test_a_text_is_analysed_in_three_classes(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse_with(monkeypatch)
    body = api.post("/api/v1/analyze", {"text": "very_negative", "sentiment_classes": 3, "engine": "local"}).json()
    assert (body["sentiment"]["label"], list(body["sentiment"]["scores"])) == (
        "negative",
        ["positive", "neutral", "negative"],
    )


def test_a_text_in_another_language_gets_no_label(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse_with(monkeypatch)
    body = api.post("/api/v1/analyze", {"text": "unsupported_language"}).json()
    assert (body["state"], body["sentiment"], body["language"]) == ("unsupported_language", None, "de")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["/text"]),
        ({"text": ""}, ["/text"]),
        ({"text": None}, ["/text"]),
        ({"text": "x" * (LONGEST_TEXT + 1)}, ["/text"]),
        ({"text": "x", "sentiment_classes": 4}, ["/sentiment_classes"]),
        ({"text": "x", "engine": "crystal ball"}, ["/engine"]),
        ({"text": "x", "colour": "red"}, ["/colour"]),
    ],
)
def test_a_text_that_cannot_be_analysed_is_refused(api: APIClient, body: dict[str, Any], wrong: list[str]) -> None:
    assert pointers(api.post("/api/v1/analyze", body)) == wrong


def test_an_engine_that_cannot_work_says_so(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = AnalysisError("busy", "Many texts are being read just now.", can_retry=True)
    monkeypatch.setattr(texts, "analyse_now", Mock(side_effect=busy))
    answer = api.post("/api/v1/analyze", {"text": "fine"})
    assert (answer.status_code, answer.json()["detail"]) == (503, "Many texts are being read just now.")
    assert answer.json()["code"] == "ANALYSIS_ERROR"
