"""The text as the automata see it: one spelling for what is written in many ways, and the way back to the original.

Most changes keep the length, so that a place in the folded text is the same place in the original. Where letters have
to go (vowel signs, tatweel) or flow together (decomposed diacritics) the way back is computed, and only when asked for.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

MAX_CHARS = 30_000
"""How much of a text is looked at. The news stands at the top; the rest of a long page is menus and older stories."""

_SAME = {
    " ": "\u00a0\u2009\u202f\u2007\u3000\t\n\r\v\f-\u2010\u2011\u2012\u2013\u2014\u2015\u2212/_\u30fb\uff65",
    "'": "\u2019\u2018\u02bc\u02b9\u00b4`\u2032\uff07",
    '"': "\u201c\u201d\u201e\u201f\u00ab\u00bb",
    "\u064a": "\u0649\u06cc\u06d0",  # yeh: alef maksura, Farsi yeh, e
    "\u0643": "\u06a9\u06ab",  # kaf: keheh
    "\u0627": "\u0623\u0625\u0622\u0671",  # alef: with hamza above, below, madda, wasla
    "\u0647": "\u0629\u06c0\u06d5\u06c1",  # heh: teh marbuta and the hehs of Persian and Urdu
    "\u0648": "\u0624",  # waw: with hamza
}
_DROPPED = frozenset(
    "\u00ad\u200b\u200d\u200e\u200f\u2060\ufeff\u0640" + "".join(map(chr, range(0x064B, 0x0653))) + "\u0670\u0654\u093c"
)
_TABLE: dict[str, str] = {
    **{old: new for new, olds in _SAME.items() for old in olds},
    **{chr(zero + d): str(d) for zero in (0x0660, 0x06F0, 0x0966, 0xFF10) for d in range(10)},
    **{chr(c): chr(c - 0xFEE0) for c in range(0xFF41, 0xFF5B)},
    "\u0131": "i",
    "\u011f": "g",
    "\u0451": "\u0435",  # dotless i, soft g, yo
    **{chr(c): unicodedata.normalize("NFD", chr(c))[0] for c in (0x929, 0x931, 0x934, *range(0x958, 0x960))},  # nukta
    **dict.fromkeys(map(chr, range(0xD800, 0xE000)), " "),  # halves of a pair that was torn
    **dict.fromkeys(_DROPPED, ""),
}
"""What each letter becomes, looked up after lowering."""
_COMBINING = frozenset(map(chr, (*range(0x300, 0x370), *range(0x653, 0x656), *range(0x1100, 0x1200), 0x3099, 0x309A)))
"""What may flow together with the letter before it."""


def _letter_class(letters: Iterable[str]) -> str:
    """Write letters as a class of ranges: the engine is quicker over few ranges than over many letters."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, letters)):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)


_SPECIAL = re.compile(f"[{_letter_class({*_TABLE, *_COMBINING})}]")
_ASCII_TABLE = {ord(old): new for old, new in _TABLE.items() if old.isascii()}
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,400}>")
_JAMO = range(0x1160, 0x1200)


class Folded:
    """A text and its folded form; `original_span` leads back."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold(original)

    @cached_property
    def _places(self) -> Sequence[int]:
        if len(self.text) == len(self.original) - sum(map(self.original.count, _DROPPED)):
            return [0, *[i for i, c in enumerate(self.original) if c not in _DROPPED][1:], len(self.original)]
        places: list[int] = []
        for start, end in _clusters(self.original):
            places += [start] * _folded_length(self.original[start:end])
        return [*places, len(self.original)]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where this span of the folded text stands in the original."""
        if len(self.text) == len(self.original):
            return start, end
        places = self._places
        first = places[min(start, len(places) - 1)]
        last = places[min(end, len(places) - 1)]
        return first, max(last, first)


def fold(text: str) -> str:
    """Return the text in one spelling; folding what is folded changes nothing."""
    if text.isascii():
        return text.lower().translate(_ASCII_TABLE)
    text = text.replace("\u0130", "i").lower()
    special = set(_SPECIAL.findall(text))  # a table look-up for every letter would take three times as long
    if not special.isdisjoint(_COMBINING):
        text = unicodedata.normalize("NFC", text).replace("i\u0307", "i")
        special = set(_SPECIAL.findall(text))
    for letter in special:
        text = text.replace(letter, _TABLE.get(letter, letter))
    return text


@lru_cache(maxsize=4096)
def _folded_length(cluster: str) -> int:
    return len(fold(cluster))


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
