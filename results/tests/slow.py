"""A look at reviews that takes longer than it may."""

import pytest

from results import counting, paging, searching

# The server looks at its clock between two reviews, and that may stand still for a while: use it with SOME of them.
SLOW = {"$expr": {"$gt": [{"$sum": {"$map": {"input": {"$range": [0, 500_000]}, "in": {"$rand": {}}}}}, 0]}}
SOME = 30


def count_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LONGEST", 1)
    monkeypatch.setattr(counting, "condition", lambda queryset: SLOW)


def search_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "LONGEST_SEARCH", 1)
    monkeypatch.setattr(searching, "condition", lambda project_id, typed: SLOW)
