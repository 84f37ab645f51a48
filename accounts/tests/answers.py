"""What tests read from answers of the API."""

from typing import Any


def pointers(answer: Any) -> list[str]:
    """At the values that were refused."""
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return sorted(error["pointer"] for error in answer.json()["errors"])
