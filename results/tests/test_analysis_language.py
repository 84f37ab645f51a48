import pytest

from results.analysis.language import detect_language

ENGLISH = [
    "The battery lasts two days and the screen is bright.",
    "NEVER BUYING FROM THIS SELLER AGAIN",
    "It’s great",
    "Dont be scared",
    "lol",
    "Nice!",
    "ok",
    "meh.",
    "Great game :)",
    "The action clichés just pile up.",
    "A café with naïve charm and the best crème brûlée in town",
    "We had chai and the best aloo gobi in Delhi, mera favourite place from now on",
]
OTHERS = [
    ("Die Batterie hält nicht lange und der Bildschirm ist dunkel.", "de"),
    ("Sehr gut", "de"),
    ("Me encanta este producto", "es"),
    ("Muy bueno", "es"),
    ("Je suis très content de mon achat", "fr"),
    ("Très bon produit", "fr"),
    ("Ottimo prodotto", "it"),
    ("Não gostei", "pt"),
    ("Отличная игра", "ru"),
    ("这个游戏非常好玩", "zh"),
    ("このゲームは面白いです", "ja"),
    ("好", "zh"),
    ("이 게임 정말 재미있어요", "ko"),
    ("yeh phone bahut accha hai", "hi"),
    ("Bahut bekar product hai, paisa barbad", "hi"),
    ("Camera quality mast hai lekin battery jaldi khatam", "hi"),
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_recognised_however_short(text):
    assert detect_language(text) == "en"


@pytest.mark.parametrize(("text", "code"), OTHERS)
def test_other_languages_are_named(text, code):
    assert detect_language(text) == code


def test_a_guess_without_confidence_is_not_told():
    assert detect_language("Schrott") == ""
    assert detect_language("垃圾") == ""


def test_only_the_beginning_is_read():
    assert (
        detect_language("This is a perfectly ordinary English sentence about a phone. " * 10 + "Sehr gut " * 10_000)
        == "en"
    )


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\ud800", "\ud800 hello there my friend", "1234"])
def test_odd_text_does_not_stop_it(text):
    assert isinstance(detect_language(text), str)
