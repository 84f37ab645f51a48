from threading import Event, Thread

import pytest

from results.analysis import on_demand
from results.analysis.engine import AnalysisError


def test_one_text_too_many_is_refused_and_may_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = Event(), Event()

    def slow(text: str) -> list[tuple[str, float]]:
        begun.set()
        assert go_on.wait(timeout=120)
        return [(text, 0.0)]

    monkeypatch.setattr(on_demand, "explain", slow)
    monkeypatch.setattr(on_demand, "PATIENCE", 0.01)
    readers = []
    for _ in range(on_demand.PLACES):
        begun.clear()
        readers.append(Thread(target=on_demand.explain_now, args=("one",)))
        readers[-1].start()
        assert begun.wait(timeout=120)
    with pytest.raises(AnalysisError) as refused:
        on_demand.explain_now("one too many")
    assert (refused.value.code, refused.value.can_retry) == ("busy", True)
    go_on.set()
    for reader in readers:
        reader.join(timeout=120)
    assert on_demand.explain_now("the next") == [("the next", 0.0)]


def test_a_place_is_free_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str) -> list[tuple[str, float]]:
        raise AnalysisError("model_missing", "The embedded model is incomplete.")

    monkeypatch.setattr(on_demand, "explain", broken)
    for _ in range(on_demand.PLACES + 1):
        with pytest.raises(AnalysisError, match="incomplete"):
            on_demand.explain_now("text")
