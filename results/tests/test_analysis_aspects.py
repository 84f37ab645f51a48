from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.config import ANALYSIS
from results.analysis.aspects import LONGEST_QUOTE, MOST_PIECES, Finder
from results.analysis.clauses import pieces
from results.analysis.engine import Analysis, get_engine
from results.analysis.lexicon import Lexicon, forms, lexicon_of
from results.analysis.packs import FOLDER, Aspect, get_pack
from results.tests.factories import ScriptedEngine

PACKS = sorted(path.stem for path in FOLDER.glob("*.toml"))
GAME = lexicon_of(get_pack("game").aspects)


class CountingEngine(ScriptedEngine):
    """Also remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def analyse(self, texts: Any) -> list[Analysis]:
        self.asked += texts
        return super().analyse(texts)


def said_of(text: str, lexicon: Lexicon = GAME) -> dict[str, tuple[str, str]]:
    """Aspect → side and quote, as the local engine reads it."""
    engine = get_engine()
    (analysis,) = Finder(lexicon, engine).add_to([text], engine.analyse([text]))
    return {
        it.aspect: ("+" if it.score > 0.2 else "-" if it.score < -0.2 else "0", it.quote) for it in analysis.aspects
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("great story but it crashes", {"story": ("+", "great story"), "stability": ("-", "it crashes")}),
        (
            "Although it crashes, I love the story.",
            {"stability": ("-", "it crashes"), "story": ("+", "I love the story")},
        ),
        (
            "Great graphics, terrible controls, boring story",
            {
                "graphics": ("+", "Great graphics"),
                "controls": ("-", "terrible controls"),
                "story": ("-", "boring story"),
            },
        ),
        (
            "Pros: lovely music.\n\nCons: it crashed every time I saved",
            {"sound": ("+", "Pros: lovely music"), "stability": ("-", "Cons: it crashed every time I saved")},
        ),
        ("Story and music are great", dict.fromkeys(["story", "sound"], ("+", "Story and music are great"))),
        ("I took a crash course before the long wait", {}),
    ],
)
def test_what_is_said_of_one_thing_is_not_laid_on_another(text: str, said: dict[str, tuple[str, str]]) -> None:
    assert said_of(text) == said


def test_all_that_is_said_of_an_aspect_counts_with_the_best_piece_as_evidence() -> None:
    text = "positive story. very_positive story! neutral story."
    engine = CountingEngine()
    (analysis,) = Finder(GAME, engine).add_to([text], ScriptedEngine().analyse([text]))
    (mention,) = analysis.aspects
    assert engine.asked == ["positive story", "very_positive story!", "neutral story"]
    assert mention == ("story", "very_positive", round((0.5 + 0.9 + 0.0123) / 3, 4), "very_positive story!")


def test_a_text_of_one_clause_is_not_read_again() -> None:
    engine = CountingEngine()
    Finder(GAME, engine).add_to(["positive story"], ScriptedEngine().analyse(["positive story"]))
    assert engine.asked == []


def test_a_piece_in_no_language_one_can_tell_means_what_the_whole_text_does() -> None:
    text = "positive world. unsupported_language story."
    (analysis,) = Finder(GAME, ScriptedEngine()).add_to([text], [*ScriptedEngine().analyse(["positive"])])
    assert [(it.aspect, it.sentiment, it.quote) for it in analysis.aspects] == [
        ("story", "positive", "unsupported_language story")
    ]


def test_a_text_without_a_label_or_read_by_an_llm_keeps_the_aspects_it_has() -> None:
    of_llm = Analysis("llm:groq/x", "analysed", sentiment="positive", score=0.5)
    unread = Analysis("local-1", "no_text")
    assert Finder(GAME, ScriptedEngine()).add_to(["the story"] * 2, [of_llm, unread]) == [of_llm, unread]


def test_a_thousand_clauses_take_no_longer_than_a_few() -> None:
    text = "The story, bad. It crashes. The price is low. " * 1000
    engine = CountingEngine()
    Finder(GAME, engine).add_to([text], ScriptedEngine().analyse(["positive"]))
    assert len(engine.asked) <= MOST_PIECES


@settings(max_examples=60, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            ["story", "crash", "course", "but", "although", ",", ".", " ", "\n", "great", "é", "the", "x" * 200]
        )
        | st.text(max_size=5)
    ).map(" ".join)
)
def test_every_quote_is_a_piece_of_the_text(text: str) -> None:
    (analysis,) = Finder(GAME, ScriptedEngine()).add_to([text], ScriptedEngine().analyse(["negative"]))
    assert all(it.quote in text and 0 < len(it.quote) <= LONGEST_QUOTE for it in analysis.aspects)
    assert len({it.aspect for it in analysis.aspects}) == len(analysis.aspects)
    hits = list(GAME.find(text))
    assert {name for piece in pieces(text, hits) for name in piece.aspects} == {n for hit in hits for n in hit.aspects}


def test_a_word_stands_for_its_usual_endings() -> None:
    assert forms("crash") == {"crash", "crashes", "crashed", "crashing"}
    assert {"lagged", "lagging"} < forms("lag")
    assert {"freezes", "freezing"} < forms("freeze")
    assert "stories" in forms("story")


def test_of_phrases_that_overlap_the_longest_counts() -> None:
    lexicon = Lexicon(
        [Aspect("life", ("life",)), Aspect("battery", ("battery life", "don't charge"), ("army battery",))]
    )
    found = [sorted(hit.aspects) for hit in lexicon.find("Battery life, my life, an army battery life, it dont charge")]
    assert found == [["battery"], ["life"], ["life"], ["battery"]]


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_fit_to_look_with(pack: str) -> None:
    aspects = get_pack(pack).aspects
    assert 10 <= len(aspects) <= 16
    for aspect in aspects:
        assert len(set(aspect.terms)) == len(aspect.terms) >= 10
        assert aspect.name == aspect.name.lower()
        assert not {*aspect.terms} & {*aspect.excludes}
        # An exclusion that excludes nothing is a slip of the pen.
        assert all(list(Lexicon([Aspect("x", aspect.terms)]).find(phrase)) for phrase in aspect.excludes), aspect


def test_the_packs_are_those_that_projects_choose_from() -> None:
    (setting,) = (one for one in ANALYSIS.settings if one.name == "aspect_pack")
    assert dict(setting.options) == {pack: get_pack(pack).name for pack in PACKS}  # type: ignore[attr-defined]
