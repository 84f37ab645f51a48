"""What a search finds: all of it held to a plain definition, on a MongoDB. SEARCHES says how many are tried."""

import os
import re
import unicodedata

import pytest
from bson import ObjectId
from hypothesis import given, settings
from hypothesis import strategies as st
from Stemmer import Stemmer

from projects.models import Project
from projects.tests.factories import make_project
from results import words
from results.documents import TEXT_LENGTH
from results.filters import ResultFilter
from results.models import Result
from results.tests.factories import make_item, make_results, make_target, store
from results.tests.once import db_of_the_module  # noqa: F401 - makes a fixture of this module
from sentimatrix_studio.mongo.pipelines import collection

# The words of a text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Crash, crashes; CRASHED! crashing", ["crash"]),
        ("The café's Cafés, cafe\u0301 and CAFÉ", ["cafe"]),
        ("don't don’t DON'T", ["don't"]),
        ("'quoted' well-made _so_ A1 2.5", ["quot", "well", "made", "a1", "2", "5"]),
        ("ＦＵＬＬ 𝗯𝗼𝗹𝗱 Straße strasse", ["full", "bold", "strass"]),
        ("Ещё ελληνικά हिन्दी में", ["еще", "ελληνικα", "हिन्दी", "में"]),
        ("電池の", ["電", "池", "の", "電池", "池の"]),
        ("Switch2は 良", ["switch2", "は", "良"]),
        ("ｶﾞｽ ガス", ["ガ", "ス", "ガス"]),
        ("it is the 👍 … -- ", []),
        ("", []),
    ],
)
def test_words_are_known_in_all_their_forms(text: str, found: list[str]) -> None:
    assert words.words(text) == found


def test_the_words_of_a_plain_text_are_those_of_any_other() -> None:
    text = "It's '90s rock'n'roll -- o'clock' 'tis a_b c-d x2y 100% A.B."
    assert words.ASCII_WORD.findall(text) == words.WORD.findall(text)


def test_an_essay_is_found_by_its_first_words_only(db: None) -> None:
    number = words.MOST
    assert words.words("again", " ".join(f"w{n}" for n in range(3 * number))) == [
        "again",
        *(f"w{n}" for n in range(number - 1)),
    ]
    assert len(words.words("".join(map(chr, range(0x4E00, 0x9000))))) == number
    assert words.words("x" * TEXT_LENGTH) == ["x" * words.LONGEST]
    assert words.asked_words("x" * 50) == ["x" * words.LONGEST]


@pytest.mark.parametrize("part", ["'", "a'", "’a", "e\u0301", "\u0301", "電", "ｶﾞ", "ि", "a ", "_", "\ud800", "𝗯"])
def test_any_text_is_taken_apart_in_one_go(part: str) -> None:
    assert len(words.words(part * (TEXT_LENGTH // len(part)))) <= 4


# What is kept of a review


def test_words_are_kept_where_reviews_are_stored_and_edited_and_shown_nowhere(db: None) -> None:
    target = make_target()
    store(target, make_item("1", "Boils fast", title="Kettle"))
    assert Result.objects.get(target=target).words == ["kettl", "boil", "fast"]
    store(target, make_item("1", "Leaks", title="Kettle"))
    assert Result.objects.get(target=target).words == ["kettl", "leak"]
    (listed,) = Result.objects.filter(target=target).for_list()
    assert "words" in listed.get_deferred_fields()


# What is found

TEXTS = [
    ("Battery life", "Lasts all day."),
    ("", "The batteries die, the life of it is short. Not good!"),
    ("Category", "A cat is no category, and “cats’ food” none."),
    ("Café", "au  lait,\nau\tlait: très bon. Don’t miss it"),
    ("", "この電池の寿命は長い。Switch2で使う"),
    ("", "寿命の電池"),
    ("life", "battery"),
]


@pytest.fixture(scope="module")
def shelf(db: None) -> Project:
    """Made once: the tests of this module only read."""
    project = make_project()
    make_results(make_target(project), *(make_item(n, text, title=title) for n, (title, text) in enumerate(TEXTS)))
    store(make_target(), make_item("foreign", "battery life cat café au lait 電池"))
    return project


def found(project: Project, typed: str) -> list[int]:
    rows = ResultFilter(search=typed).queryset(project)
    return sorted(int(one) for one in rows.values_list("external_id", flat=True))


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("BATTERIES", [0, 1, 6]),
        ("battery life", [0, 1, 6]),
        ("battery the", [1]),
        ("life -the", [0, 6]),
        ('"battery life"', [0]),
        ("“battery life”", [0]),
        ('"life battery"', []),
        ('"batter"', []),
        ('battery -"of it is"', [0, 6]),
        ('battery -"battery life"', [1, 6]),
        ("life -battery", []),
        ("cat", [2]),
        ('"is no cat"', []),
        ("cats' food", [2]),
        ("cafe", [3]),
        ('"CAFE"', [3]),
        ('"au lait au"', []),
        ('"au lait, au LAIT: tres"', [3]),
        ("don't", [3]),
        ('"don\'t miss"', [3]),
        ("not good", [1]),
        ("battery & life !", [0, 1, 6]),
        ("電池", [4, 5]),
        ("電", [4, 5]),
        ("電池の寿命", [4]),
        ('"の寿命は"', [4]),
        ("switch2", [4]),
        ("寿命 -使う", [5]),
        ("zebrafish", []),
    ],
)
def test_a_search_finds_what_it_says(shelf: Project, typed: str, numbers: list[int]) -> None:
    assert found(shelf, typed) == numbers


@pytest.mark.parametrize(
    "typed", ['"' + "a" * 198 + '"', '"' + "ά" * 198 + '"', ' "a.*" x', '"(?<" x', '"[\\" x', "x -$"]
)
def test_what_is_quoted_is_only_ever_a_text(shelf: Project, typed: str) -> None:
    assert found(shelf, typed) == []


SEARCHES = int(os.environ.get("SEARCHES", "150"))
WORDS = "cat Cats CAFÉ cafes cafe\u0301 the is not don't Don’t ещё Ещё Running run".split()  # noqa: SIM905
SIGNS = [" ", "  ", "\n", "\t", "-", ", ", ". ", "’", "'", "!", ".*", "(", "\\", "[", "電池", "池の", "の", "$", "_"]
texts = st.lists(st.sampled_from([*WORDS, *[" "] * 12, *SIGNS]), max_size=12).map("".join).map(str.strip)
quoted = st.lists(st.sampled_from([*WORDS, *[" "] * 6, *SIGNS]), min_size=1, max_size=4).map("".join)
terms = st.tuples(st.sampled_from(["", "", "-"]), st.sampled_from(["{}", "{}", '"{}"']), quoted)
queries = st.lists(terms.map(lambda one: one[0] + one[1].format(one[2])), min_size=1, max_size=3).map(" ".join)


@settings(max_examples=SEARCHES, deadline=None, derandomize=True)
@given(said=st.lists(st.tuples(texts, texts), min_size=1, max_size=6), typed=queries)
def test_a_search_finds_exactly_what_its_meaning_says(db: None, said: list[tuple[str, str]], typed: str) -> None:
    project = Project(pk=ObjectId())
    rows = [
        {
            "project_id": project.pk,
            "external_id": str(n),
            "title": title,
            "text": text,
            "words": words.words(title, text),
        }
        for n, (title, text) in enumerate(said)
    ]
    collection(Result).insert_many(rows)
    assert found(project, typed) == [n for n, one in enumerate(said) if means(typed, *one)], (said, typed)


def means(typed: str, title: str, text: str) -> bool:
    """The meaning of a search, said without an index."""
    kept = [(out, quoted.strip() or plain, bool(quoted)) for out, quoted, plain in TERM.findall(typed)]
    asked = [(out, term, quoted) for out, term, quoted in kept if term and (quoted or not SIGN.fullmatch(term))]
    occurs = [bool(out) != says(title, text, plain_form(term), quoted) for out, term, quoted in asked]
    return all(occurs) and any(known(plain_form(term)) for out, term, _ in asked if not out)


def says(title: str, text: str, term: str, is_quoted: bool) -> bool:
    said = [plain_form(title), plain_form(text)]
    has_words = known(term) <= known(said[0], alone=True) | known(said[1], alone=True)
    if known(term) and not is_quoted:
        return has_words
    before = rf"(?<!{SPACED})" if re.match(SPACED, term) else ""
    after = rf"(?!{SPACED})" if re.match(SPACED, term[-1:]) else ""
    return has_words and any(re.search(before + re.escape(term) + after, one) for one in said)


def known(text: str, alone: bool = False) -> set[str]:
    """The words of a text, in the form that is looked up."""
    found = {STEMMER.stemWord(word) for word in re.findall(rf"{SPACED}+(?:'{SPACED}+)*", text)} - words.STOP_WORDS
    for run in re.findall(f"[{HAN}]+", text):
        found |= {run[n : n + 2] for n in range(len(run) - 1)} | ({*run} if alone or len(run) == 1 else set())
    return found


def plain_form(text: str) -> str:
    letters = unicodedata.normalize("NFD", text).casefold().replace("’", "'")
    return " ".join("".join(one for one in letters if not unicodedata.combining(one)).split())


HAN = "電池の"
SPACED = rf"[^\W_{HAN}]"
STEMMER = Stemmer("english")
SIGN = re.compile(r"[!-/:-@\[-`{-~’]+")
TERM = re.compile(r'(-?)(?:"([^"]+)"|([^\s"]+))')
