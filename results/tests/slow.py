"""A look at reviews that takes longer than it may."""

import pytest

from results import counting


def count_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LONGEST", 1)
    slow = {"$sum": {"$map": {"input": {"$range": [0, 500_000]}, "in": {"$rand": {}}}}}
    monkeypatch.setattr(counting, "condition", lambda queryset: {"$expr": {"$gt": [slow, 0]}})
