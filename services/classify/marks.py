"""Marks: every place in a story where an entry of the language stands, with what it means."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from services.classify.languages.lexicon import LOOKALIKE, Lexicon, Meaning, Phrase
from services.classify.normalise import Folded

_WORD = re.compile(
    "(?:[^\\W_\u3040-\u30ff\u3400-\u9fff]+|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c]+)+|[\u3040-\u30ff\u3400-\u9fff]"
)
_COMMA = re.compile("[\\n,;:!?()\u060c\u061b\u061f\u3001\u3002\uff0c\uff1b\uff1a\u0964]")
_BREAK = re.compile("[\\n;!?\u061b\u061f\u3002\uff1b\u0964]|[.]\\s")
_ACTS = ("act", "trade", "instrument", "alike")
_VERBS = ("op", "alike")
_NAMES = ("good", "actor", "instrument", "entity", "date", "alike")
_SWALLOWED_BY = {
    "act": _ACTS,
    "trade": _ACTS,
    "op.ease": _VERBS,
    "op.end": _VERBS,
    "op.expand": _VERBS,
    "op.propose": _VERBS,
    "good": _NAMES,
    "actor": _NAMES,
}
"""Which longer entries hide a mark, by its tag or the group of it; what is not listed is hidden by any.

An act that says what becomes of it (`lifts the ban`) or what it is about (`rare earths deal`) hides neither.
"""


class Mark(NamedTuple):
    """One entry at one place; `start` and `end` count characters of the story's own text, words whole."""

    start: int
    end: int
    tag: str
    value: str = ""
    kind: str = ""
    word: int = 0
    """Number of its first word in the story."""
    last: int = 0
    """Number of its last word."""


class _Hit(NamedTuple):
    start: int
    end: int
    word: int
    last: int


class Words:
    """The words of a story: where each begins and ends; letters written without spaces are words each."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in _WORD.finditer(text)]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.by_start = dict(zip(self.starts, range(len(spans)), strict=True))
        self.by_end = dict(zip(self.ends, range(len(spans)), strict=True))

    def at(self, place: int) -> int:
        """Return the number of the word that holds this place or is the last before it; -1 before the first."""
        return bisect_right(self.starts, place) - 1


def find_marks(story: Folded, lexicon: Lexicon) -> list[Mark]:
    """Return the marks of a text in order."""
    words = Words(story.text)
    hits = _hits(story, lexicon, words)
    found = {
        _mark([hit], meaning)
        for piece, some in hits.items()
        for meaning in lexicon.meanings.get(piece, ())
        for hit in some
    }
    covers = {(mark.start, mark.end, mark.tag) for mark in found}
    parts: set[tuple[int, int, str]] = set()
    for phrase, chain in _phrases(hits, lexicon, _as_it_came(story)):
        found.add(_mark(chain, phrase.meaning))
        runs = _runs(phrase, chain)
        (parts if len(runs) > 1 else covers).update((start, end, phrase.meaning.tag) for start, end in runs)
    standing = _standing(found, covers | parts, parts)
    return standing if len(story.text) == len(story.original) else [_in_original(story, mark) for mark in standing]


def _hits(story: Folded, lexicon: Lexicon, words: Words) -> dict[int, list[_Hit]]:
    """Return where each piece stands. Most literals are whole words, for which nothing has to be checked."""
    hits: dict[int, list[_Hit]] = defaultdict(list)
    begin, finish = words.by_start.get, words.by_end.get
    for raw in lexicon.automaton.find_matches_as_indexes(story.text, overlapping=True):
        literal, start, end = raw
        first, last = begin(start), finish(end)
        if first is not None and last is not None and not lexicon.cased[literal]:
            hit = _Hit(start, end, first, last)
            for number in lexicon.by_literal[literal]:
                hits[number].append(hit)
        elif first is not None or lexicon.may_begin_inside[literal]:
            for number, hit in _placed(lexicon, story, words, raw):
                hits[number].append(hit)
    return hits


def _in_original(story: Folded, mark: Mark) -> Mark:
    start, end = story.original_span(mark.start, mark.end)
    return mark._replace(start=start, end=end)


def _placed(lexicon: Lexicon, story: Folded, words: Words, raw: tuple[int, int, int]) -> Iterator[tuple[int, _Hit]]:
    """Give a raw match for each piece whose rules on the beginning and the end of the word it meets."""
    literal, start, end = raw
    first = words.by_start.get(start, -1)
    if first < 0:
        first = words.at(start)
        if first < 0:
            return
    last = first if end <= words.ends[first] else words.at(end - 1)
    inside = start < words.ends[first]
    word_start, word_end = words.starts[first] if inside else start, max(words.ends[last], end)
    head, tail = story.text[word_start:start], story.text[end:word_end]
    for number in lexicon.by_literal[literal]:
        piece = lexicon.pieces[number]
        if head and not piece.free_start and head not in lexicon.prefixes:
            continue
        if tail and not piece.free_end and tail not in lexicon.endings:
            continue
        if piece.exact and not _as_written(story, piece.exact, start, end):
            continue
        if piece.exact and tail.isalpha() and tail.isascii() == piece.exact.isascii():
            continue  # `Is` is not `I` with an ending, but an acronym in Latin letters takes those of Korean
        yield number, _Hit(word_start if piece.free_start else start, word_end, first, last)


def _as_written(story: Folded, exact: str, start: int, end: int) -> bool:
    first, last = story.original_span(start, end)
    return story.original[first:last] == exact


def _mark(chain: list[_Hit], meaning: Meaning) -> Mark:
    first, last = chain[0], chain[-1]
    return Mark(first.start, last.end, meaning.tag, meaning.value, meaning.kind, first.word, last.last)


def _phrases(hits: dict[int, list[_Hit]], lexicon: Lexicon, text: str) -> list[tuple[Phrase, list[_Hit]]]:
    """Find the entries of several pieces; most are out at once, for their second word is nowhere in the text."""
    here = hits.keys()
    return [
        (phrase, chain)
        for piece in list(hits)
        for phrase in lexicon.phrases.get(piece, ())
        if not here.isdisjoint(phrase.places[1])
        for hit in hits[piece]
        if (chain := _chain(phrase, hit, hits, lexicon.stretch, text))
    ]


def _chain(phrase: Phrase, first: _Hit, hits: dict[int, list[_Hit]], stretch: int, text: str) -> list[_Hit] | None:
    chain = [first]
    for place, gap in zip(phrase.places[1:], phrase.gaps[1:], strict=True):
        following = _following(place, hits, chain[-1], gap * stretch, text)
        if following is None:
            return None
        chain.append(following)
    return chain


def _following(place: tuple[int, ...], hits: dict[int, list[_Hit]], before: _Hit, gap: int, text: str) -> _Hit | None:
    """Return the next word of an entry; a comma ends a run of neighbours, the end of a sentence any entry."""
    ends = _BREAK if gap else _COMMA
    for piece in place:
        for hit in hits.get(piece, ()):
            in_reach = before.last < hit.word <= before.last + 1 + gap
            if in_reach and not ends.search(text, before.end, hit.start):
                return hit
    return None


def _as_it_came(story: Folded) -> str:
    """Return the text with its line ends, where each letter has kept its place."""
    return story.original if len(story.original) == len(story.text) else story.text


def _runs(phrase: Phrase, chain: list[_Hit]) -> list[tuple[int, int]]:
    """Return the spans of the pieces that stand side by side; what stands in a gap is not swallowed."""
    runs: list[tuple[int, int]] = []
    for hit, gap in zip(chain, phrase.gaps, strict=True):
        if runs and not gap:
            runs[-1] = (runs[-1][0], hit.end)
        else:
            runs.append((hit.start, hit.end))
    return runs


Cover = tuple[int, int, str]


def _standing(found: set[Mark], covers: set[Cover], parts: set[Cover]) -> list[Mark]:
    """Drop what stands inside a longer entry, `ban` in `export ban`, and whatever touches a longer look-alike.

    A part of an entry with a gap, `revokes` of `revokes ... licence`, hides the same word standing for itself.
    """
    part_of: dict[tuple[int, int], set[str]] = defaultdict(set)
    for start, end, tag in parts:
        part_of[start, end].add(tag.partition(".")[0])
    longest_first = sorted(covers, key=lambda cover: (cover[0], -cover[1]))
    widest = {groups: _widest(longest_first, groups) for groups in {*_SWALLOWED_BY.values(), None}}
    killers = [(mark.start, mark.end) for mark in found if mark.tag == LOOKALIKE]
    kept = (
        mark
        for mark in found
        if not _swallowed(mark, widest[_hidden_by(mark.tag)])
        and not _is_part(mark, part_of)
        and (mark.tag == LOOKALIKE or not any(_kills(killer, mark) for killer in killers))
    )
    return sorted(kept, key=lambda mark: (mark.start, mark.end, mark.tag, mark.value))


@cache
def _hidden_by(tag: str) -> tuple[str, ...] | None:
    return _SWALLOWED_BY.get(tag) or _SWALLOWED_BY.get(tag.partition(".")[0])


def _widest(covers: list[tuple[int, int, str]], groups: tuple[str, ...] | None) -> list[tuple[int, int]]:
    """Return the spans of these groups that no other begins before and outlasts, in order."""
    widest: list[tuple[int, int]] = []
    furthest = -1
    for start, end, tag in covers:
        if end > furthest and (groups is None or tag.partition(".")[0] in groups):
            widest.append((start, end))
            furthest = end
    return widest


def _is_part(mark: Mark, part_of: Mapping[tuple[int, int], set[str]]) -> bool:
    longer, groups = part_of.get((mark.start, mark.end)), _hidden_by(mark.tag)
    return longer is not None and (groups is None or not longer.isdisjoint(groups))


def _kills(killer: tuple[int, int], mark: Mark) -> bool:
    start, end = killer
    holds = mark.start <= start and end <= mark.end and end - start < mark.end - mark.start
    return mark.start < end and start < mark.end and not holds


def _swallowed(mark: Mark, widest: list[tuple[int, int]]) -> bool:
    place = bisect_right(widest, (mark.start, 1 << 60)) - 1
    start, end = widest[place] if place >= 0 else (0, 0)
    return start <= mark.start and mark.end <= end and end - start > mark.end - mark.start
