"""The text as the automata see it: one spelling for what is written in many ways, and the way back to the original.

Most changes keep the length, so that a place in the folded text is the same place in the original. Where letters have
to go (vowel signs, tatweel) or flow together (decomposed diacritics) the way back is computed, and only when asked for.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

MAX_CHARS = 30_000
"""How much of a text is looked at. The news stands at the top; the rest of a long page is menus and older stories."""

Pairs = tuple[tuple[str, str], ...]

_SAME = {
    " ": "\u00a0\u2009\u202f\u2007\u3000\t\n\r\v\f-\u2010\u2011\u2012\u2013\u2014\u2015\u2212/_\u30fb\uff65",
    "'": "\u2019\u2018\u02bc\u02b9\u00b4`\u2032\uff07",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb",
    "\u064a": "\u0649\u06cc\u06d0",  # yeh: alef maksura, Farsi yeh, e
    "\u0643": "\u06a9\u06ab",  # kaf: keheh
    "\u0627": "\u0623\u0625\u0622\u0671",  # alef: with hamza above, below, madda, wasla
    "\u0647": "\u0629\u06c0\u06d5\u06c1",  # heh: teh marbuta and the hehs of Persian and Urdu
    "\u0648": "\u0624",  # waw: with hamza
    "i": "İ",
}
_ONE_TO_ONE: Pairs = tuple((old, new) for new, olds in _SAME.items() for old in olds)
_ASCII_ONE_TO_ONE: Pairs = tuple((old, new) for old, new in _ONE_TO_ONE if old.isascii())
_DIGITS = tuple((chr(zero + d), str(d)) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for d in range(10))
_FULL_WIDTH = tuple((chr(c), chr(c - 0xFEE0)) for c in range(0xFF41, 0xFF5B))
_LOWERED: Pairs = (("\u0131", "i"), ("\u011f", "g"), ("\u0451", "\u0435"))  # dotless i, soft g, yo
_LATE: Pairs = _LOWERED + _DIGITS
_HAS_FULL_WIDTH = re.compile("[\uff41-\uff5a]")
_DROPPED = (
    "\u00ad\u200b\u200d\u200e\u200f\u2060\ufeff\u0640" + "".join(map(chr, range(0x064B, 0x0653))) + "\u0670\u0654"
)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,400}>")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JAMO = range(0x1160, 0x1200)


class Folded:
    """A text and its folded form; `original_span` leads back."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold(original)

    @cached_property
    def _places(self) -> Sequence[int]:
        if len(self.text) == len(self.original):
            return range(len(self.text) + 1)
        places: list[int] = []
        for start, end in _clusters(self.original):
            places += [start] * len(fold(self.original[start:end]))
        return [*places, len(self.original)]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where this span of the folded text stands in the original."""
        places = self._places
        first = places[min(start, len(places) - 1)]
        last = places[min(end, len(places) - 1)]
        return first, max(last, first)


def fold(text: str) -> str:
    """Return the text in one spelling; folding what is folded changes nothing."""
    if text.isascii():
        return _replaced(text.lower(), _ASCII_ONE_TO_ONE)
    if _SURROGATE.search(text):
        text = _SURROGATE.sub(" ", text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = _replaced(_replaced(text, _ONE_TO_ONE).lower(), _LATE)
    if _HAS_FULL_WIDTH.search(text):
        text = _replaced(text, _FULL_WIDTH)
    return _without_marks(text)


def _without_marks(text: str) -> str:
    for mark in _DROPPED:
        if mark in text:
            text = text.replace(mark, "")
    return text


def _replaced(text: str, pairs: Pairs) -> str:
    """Replace one by one what is there at all: `in` runs at memory speed, a table look-up per letter does not."""
    for old, new in pairs:
        if old in text:
            text = text.replace(old, new)
    return text


def fold_entry(entry: str) -> str:
    """Return an entry of a language file in the same spelling as the texts."""
    return " ".join(fold(entry).split())


def strip_tags(text: str) -> str:
    """Blank out HTML tags that were left in; every other character keeps its place."""
    return _TAG.sub(lambda tag: " " * len(tag[0]), text) if "<" in text else text


def _clusters(text: str) -> list[tuple[int, int]]:
    """Cut a text into characters, each with the combining marks and Hangul vowels that belong to it."""
    starts = [i for i, c in enumerate(text) if not i or not (unicodedata.combining(c) or ord(c) in _JAMO)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))
