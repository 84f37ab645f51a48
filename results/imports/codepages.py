"""Which code page a text in Latin letters has: the one in which it is in a language that is written so.

Statistics of bytes need pages of text to tell Windows' Western letters from its Central European ones, and the files
that people export from Excel are often short. A language is known from a sentence.
"""

import re

from results.analysis.language import detector

WESTERN = "af ca da de en es eu fi fr ga gl id is it lb ms nl nn no pt sv"
LANGUAGES = {  # of equally likely ones the first wins
    "cp1252": WESTERN,
    "cp1250": "bs cs hr hu pl ro sh sk sl sq sr",
    "cp1254": "az tr",
    "cp1257": "et lt lv",
    "mac_roman": WESTERN,
    "cp850": WESTERN,
}
WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
LETTER = re.compile(rb"[A-Za-z\xc0-\xff]")  # the others are quotation marks and dashes, as a rule
READ = 2_000  # bytes


def latin(sample: bytes) -> str:
    """The code page of a sample that is not ASCII alone; empty for other letters than Latin ones."""
    words = b"".join(word for word in WORD.findall(sample) if LETTER.search(word))
    if 2 * sum(byte < 0x80 for byte in words) < len(words):
        return ""
    told = b" ".join(line for line in sample.splitlines() if not line.isascii())[:READ]
    return max(LANGUAGES, key=lambda page: _likelihood(told, page))


def _likelihood(told: bytes, page: str) -> float:
    try:
        text = told.decode(page)
    except UnicodeDecodeError:
        return -1.0
    best = detector().detect(text.lower(), model="lite")[0]
    return round(float(best["score"]), 2) if best["lang"] in LANGUAGES[page].split() else 0.0
