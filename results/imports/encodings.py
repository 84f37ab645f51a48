"""Which encoding a text file has, and that all of it really is in that encoding."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import IO

import charset_normalizer
from django.core.exceptions import ValidationError

from results.imports import codepages

SAMPLE = 256 * 1024
CHUNK = 1024 * 1024
LINE_LIMIT = 8 * 2**20  # characters; also what an entry of a JSON file may take
MARKS = (  # UTF-32 before UTF-16: the mark of one begins with the mark of the other
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NOT_TEXT = ValidationError(
    "This is not a text file. Upload CSV, TSV, Excel (.xlsx), JSON, JSON Lines or plain text.", code="binary"
)


def detect(file: IO[bytes]) -> str:
    """The encoding of the whole file. Raises ValidationError when it is none, or the file is not text."""
    file.seek(0)
    sample = file.read(SAMPLE)
    for mark, encoding in MARKS:
        if sample.startswith(mark):
            verify(file, encoding)
            return encoding
    if b"\0" in sample:
        encoding = _wide(sample)
        verify(file, encoding)
        return encoding
    if _is_all(file, "utf-8"):
        return "utf-8"
    best = charset_normalizer.from_bytes(sample).best()
    for encoding in dict.fromkeys((codepages.latin(sample), best.encoding if best else "", "cp1252")):
        if encoding and best and _is_all(file, encoding) and _looks_like_text(sample.decode(encoding, "replace")):
            return encoding
    raise ValidationError(
        "The encoding of this file cannot be recognised. Save it as UTF-8 and upload it again.", code="encoding"
    )


def verify(file: IO[bytes], encoding: str) -> None:
    """Raises ValidationError when any of the file is not in that encoding, or no text at all."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 1
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            text = decoder.decode(chunk)
            if "\0" in text:
                raise NOT_TEXT
            lines += text.count("\n")
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise ValidationError(
            f"This file is not in the encoding {encoding}: something after line {lines:,} does not fit. "
            "Save it as UTF-8, or choose its encoding.",
            code="encoding",
        ) from error


def head(file: IO[bytes], encoding: str) -> list[str]:
    """The first lines with their ends: what is whole in the first 256 KiB, or the beginning of a longer one."""
    file.seek(0)
    sample = file.read(SAMPLE)
    text = codecs.getincrementaldecoder(encoding)("strict").decode(sample, final=len(sample) < SAMPLE)
    found = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)
    return found[:-1] if len(found) > 1 and len(sample) == SAMPLE else found


def lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines with their ends, however they end. Raises ValidationError for one that never does."""
    file.seek(0)
    reader = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        for number, line in enumerate(iter(partial(reader.readline, LINE_LIMIT), ""), start=1):
            if len(line) == LINE_LIMIT:
                raise ValidationError(f"Line {number:,} is longer than {LINE_LIMIT >> 20} MiB.", code="too_large")
            yield line
    finally:
        with suppress(ValueError):  # the file is closed already
            reader.detach()  # or it would be closed with the reader


def _is_all(file: IO[bytes], encoding: str) -> bool:
    try:
        verify(file, encoding)
    except ValidationError as error:
        if error is NOT_TEXT:
            raise
        return False
    return True


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: in mostly Latin text every second byte is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    raise NOT_TEXT


def _looks_like_text(sample: str) -> bool:
    """Random bytes pass for text in one-byte encodings, but no text has so many control characters."""
    odd = len(re.findall("[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f]", sample))
    return odd <= len(sample) // 200
