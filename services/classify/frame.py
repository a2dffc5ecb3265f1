"""The frame of a page: headings over other stories, lines that are no part of any; found in one pass over the page."""

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

from ahocorasick_rs import AhoCorasick

from services.classify.keys import joined
from services.classify.languages.entries import parse
from services.classify.languages.load import language_file, languages
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import Folded

_BULLETS = re.compile(r"[\s:|>*•·\-\u2013\u25a0-\u25ff\u2605\u2606\u203b\u3010\u300a\u3014\u226b\u00bb]*")
"""What may stand before a heading: signs, squares, triangles, stars, opening brackets."""

LONGEST_LINE = 200
"""A longer line or sentence is no part of a frame."""


class Frame:
    """Where on one page the words of frames stand; places count characters of the page as it came."""

    def __init__(self, page: Folded, headings: Iterable[tuple[int, int]], lines: Iterable[tuple[int, int]]) -> None:
        self._page = page.original
        self._headings = frozenset(page.original_span(*span)[0] for span in headings)
        self._lines = sorted(page.original_span(*span) for span in lines)

    def role(self, start: int, end: int) -> str | None:
        """Tell whether this line or sentence is a `heading` over other stories, a `line` of the frame, or neither."""
        bullets = _BULLETS.match(self._page, start, end)
        if (bullets.end() if bullets else start) in self._headings:
            return "heading"
        if end - start > LONGEST_LINE:
            return None  # a paragraph that holds such words somewhere is still a paragraph
        place = bisect_left(self._lines, (start, 0))
        return "line" if place < len(self._lines) and self._lines[place][1] <= end else None


class Boilerplate:
    """What all languages know of the frames of pages."""

    def __init__(self, files: Iterable[LanguageFile]) -> None:
        headings: set[str] = set()
        lines: set[str] = set()
        for file in files:
            headings.update(_literals(file.boilerplate.headings))
            lines.update(_literals(file.boilerplate.lines))
        self._headings = AhoCorasick(sorted(headings) or ["\0"])
        self._lines = AhoCorasick(sorted(lines) or ["\0"])

    def frame(self, page: Folded) -> Frame:
        """Return the frame of this page."""
        return Frame(page, _spans(self._headings, page.text), _spans(self._lines, page.text))


def _spans(automaton: AhoCorasick, text: str) -> Iterator[tuple[int, int]]:
    return (
        (start, end)
        for _, start, end in automaton.find_matches_as_indexes(text, overlapping=True)
        if not (start and joined(text[start - 1], text[start]))
        and not (end < len(text) and joined(text[end - 1], text[end]))
    )


def _literals(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        for form in parse(entry):
            for pieces in itertools.product(*form.places):
                yield " ".join(piece.literal for piece in pieces)


@cache
def boilerplate() -> Boilerplate:
    """Return what all languages know of the frames of pages, built once per process."""
    return Boilerplate(language_file(code) for code in languages())
