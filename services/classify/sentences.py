"""A story cut into sentences, each with its marks; places count characters of the story's own text."""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sentencex

from services.classify.frame import Frame
from services.classify.languages.lexicon import Lexicon
from services.classify.marks import Mark, find_marks
from services.classify.normalise import Folded
from services.classify.segments import SENTENCE_END, Line, Story

_CJK_SENTENCE = re.compile("[^\u3002\uff01\uff1f\n]+[\u3002\uff01\uff1f]*[\u300d\u300f\u201d\uff09)]*")
_TORN = re.compile("[\ud800-\udfff]")
_DIGITS = {zero + d: ord("0") + d for zero in (0x660, 0x6F0, 0x966) for d in range(10)}
_BAR = re.compile(r"\s[|•·]\s")
MAX_SENTENCE_CHARS = 1_500
MAX_SENTENCES = 120
MAX_SENTENCES_READ = 40
LINK_MAX_CHARS = 160
SEVERAL = 4
"""Bare lines from which on they are links or menus, and not one item that was cut off."""
HEAD_SENTENCES = 4
"""The title and the first sentences: what a story has to say stands there."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its place, its number in the story, and what stands in it."""

    number: int
    start: int
    end: int
    line: int
    title: bool
    bare: bool
    """A short line without an end, one of several: a link, a menu, a heading."""
    marks: tuple[Mark, ...] = ()
    tags: frozenset[str] = field(init=False)
    """The tags of its marks: most questions end here."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", frozenset(mark.tag for mark in self.marks))

    def having(self, *tags: str) -> list[Mark]:
        """Return its marks with one of these tags."""
        return [] if self.tags.isdisjoint(tags) else [mark for mark in self.marks if mark.tag in tags]


def cut(story: Story, frame: Frame) -> list[Sentence]:
    """Return the sentences of a story, without those that belong to the page's frame."""
    spans = []
    place = 0
    read = _lines_read(story)
    bare = {number for number, line in enumerate(story.lines) if _is_bare(line.text)}
    for number, line in enumerate(story.lines):
        title = story.has_title and number == 0
        link = not title and number in bare and len(bare) >= SEVERAL
        whole = title or number not in read
        pieces = [(0, len(line.text))] if whole else list(_pieces(line, story.language, frame))
        spans += [(place + start, place + end, number, title, link) for start, end in pieces]
        place += len(line.text) + 1
    return [Sentence(i, *span) for i, span in enumerate(spans[:MAX_SENTENCES])]


def _is_bare(text: str) -> bool:
    return len(text) <= LINK_MAX_CHARS and not SENTENCE_END.search(text)


def _lines_read(story: Story) -> set[int]:
    """Return the numbers of the lines that hold what `worth_reading` may ask for; no other needs cutting."""
    starts = list(itertools.accumulate((len(line.text) + 1 for line in story.lines), initial=0))
    return {*range(HEAD_SENTENCES + 1), *(bisect_right(starts, place) - 1 for place in story.openers)}


def worth_reading(sentences: list[Sentence], openers: Sequence[int]) -> list[Sentence]:
    """Return the sentences that are read: the head of the story and those with an opener.

    `openers` are places in the story's own text, in order. What stands far from any act says nothing about it.
    """
    starts = [sentence.start for sentence in sentences]
    wanted = {*range(HEAD_SENTENCES), *(bisect_right(starts, place) - 1 for place in openers)}
    return [sentence for sentence in sentences if sentence.number in wanted][:MAX_SENTENCES_READ]


def marked(sentences: list[Sentence], text: str, lexicon: Lexicon) -> list[Sentence]:
    """Return the sentences with the marks that stand wholly in them; neighbours are searched together."""
    result = []
    for run in _runs(sentences):
        start = run[0].start
        found = find_marks(Folded(text[start : run[-1].end]), lexicon)
        result += _with_marks(run, [Mark(m[0] + start, m[1] + start, *m[2:]) for m in found] if start else found)
    return result


def _runs(sentences: list[Sentence]) -> Iterator[list[Sentence]]:
    run: list[Sentence] = []
    for sentence in sentences:
        if run and sentence.number != run[-1].number + 1:
            yield run
            run = []
        run.append(sentence)
    if run:
        yield run


def _with_marks(sentences: list[Sentence], marks: list[Mark]) -> list[Sentence]:
    starts = [sentence.start for sentence in sentences]
    held: list[list[Mark]] = [[] for _ in sentences]
    for mark in marks:
        place = bisect_right(starts, mark.start) - 1
        if place >= 0 and mark.end <= sentences[place].end:
            held[place].append(mark)
    return [
        Sentence(s.number, s.start, s.end, s.line, s.title, s.bare, tuple(some))
        for s, some in zip(sentences, held, strict=True)
    ]


def _pieces(line: Line, language: str | None, frame: Frame) -> Iterator[tuple[int, int]]:
    """Give the spans of a line's sentences; from `read also:` on the line tells other stories."""
    place = 0
    for part in _BAR.split(line.text):
        start = line.text.index(part, place)
        place = start + len(part)
        for first, last in _sentences(part, language):
            role = frame.role(line.start + start + first, line.start + start + last)
            if role == "heading":
                return
            if role is None and part[first:last].strip():
                yield start + first, min(start + last, start + first + MAX_SENTENCE_CHARS)


def _sentences(text: str, language: str | None) -> Iterator[tuple[int, int]]:
    if language in ("zh", "ja"):
        yield from (match.span() for match in _CJK_SENTENCE.finditer(text))
        return
    for boundary in sentencex.get_sentence_boundaries(language or "en", _printable(text)):
        yield boundary["start_index"], boundary["end_index"]


def _printable(text: str) -> str:
    """Show the splitter a space for a lone surrogate, which cannot leave Python, and digits that it knows."""
    return _TORN.sub(" ", text).translate(_DIGITS)
