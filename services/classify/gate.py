"""The gate: one pass over a text with the words of all languages; what cannot report a measure leaves at once."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, Implementation

from services.classify.languages.entries import Form, Piece, parse
from services.classify.languages.lexicon import Meaning, entries_of, shared_goods
from services.classify.languages.load import language_file, languages
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import fold, fold_entry

ALONE = frozenset(
    {"act.control", "act.control_verb", "act.sanction", "act.sanction_verb", "act.supply_pact", "instrument"}
)
"""One such entry is enough to look closer."""
PAIRS = (
    (frozenset({"act.restrict", "op.ease", "op.end"}), frozenset({"trade.export", "trade.transfer", "trade.import"})),
    (frozenset({"act.pact"}), frozenset({"good", "act.supply"})),
)
"""Of these it takes one of each side, of the same language."""
KILLER = "alike.phrases"
"""Swallows what it holds, at the gate as in the reading."""
WANTED = ALONE.union(*(side for pair in PAIRS for side in pair)) | {KILLER}
REACH_CHARS = 400
"""How far apart the two may stand: the title and its first sentences, or one sentence."""
PHRASE_CHARS = 120
"""How far apart two pieces of one entry may stand."""


@dataclass(frozen=True, slots=True)
class Opener:
    """One literal at the gate, and where in a word it may stand."""

    literal: str
    free_start: bool
    free_end: bool
    endings: frozenset[str]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair that opens only together."""

    pair: int
    right: bool
    reach: int


class Gate:
    """The automaton of all languages, and for each of its words what it opens."""

    def __init__(self, files: Iterable[LanguageFile]) -> None:
        self._openers: dict[Opener, int] = {}
        self._alone: set[int] = set()
        self._killers: set[int] = set()
        self._sides: dict[int, list[Side]] = defaultdict(list)
        pairs = itertools.count()
        for file in files:
            self._add(file, pairs)
        literals = sorted({opener.literal for opener in self._openers})
        place = {literal: i for i, literal in enumerate(literals)}
        self._by_literal: list[list[tuple[int, Opener]]] = [[] for _ in literals]
        for opener, number in self._openers.items():
            self._by_literal[place[opener.literal]].append((number, opener))
        self._automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA, store_patterns=False)

    def _add(self, file: LanguageFile, pairs: Iterator[int]) -> None:
        shared = [next(pairs) for _ in PAIRS]
        endings = frozenset(map(fold_entry, file.endings))
        for meaning, form in _gate_forms(file):
            places = sorted(form.places, key=lambda place: -min(len(piece.literal) for piece in place))
            numbers = [[self._number(piece, file, endings) for piece in place] for place in places[:2]]
            if len(places) == 1 and meaning.tag in (*ALONE, KILLER):
                (self._killers if meaning.tag == KILLER else self._alone).update(numbers[0])
            elif meaning.tag in ALONE:
                pair = next(pairs)
                self._side(numbers[0], Side(pair, right=False, reach=PHRASE_CHARS))
                self._side(numbers[1], Side(pair, right=True, reach=PHRASE_CHARS))
            for pair, (left, right) in zip(shared, PAIRS, strict=True):
                if meaning.tag in left or meaning.tag in right:
                    self._side(numbers[0], Side(pair, right=meaning.tag in right, reach=REACH_CHARS))

    def _number(self, piece: Piece, file: LanguageFile, endings: frozenset[str]) -> int:
        opener = Opener(piece.literal, piece.free_start or bool(file.prefixes), piece.free_end, endings)
        return self._openers.setdefault(opener, len(self._openers))

    def _side(self, numbers: Iterable[int], side: Side) -> None:
        for number in numbers:
            if side not in self._sides[number]:
                self._sides[number].append(side)

    def opens(self, folded: str) -> bool:
        """Tell whether this folded text may report a measure."""
        last: dict[tuple[int, bool], int] = {}
        alone: list[tuple[int, int]] = []
        killed: list[tuple[int, int]] = []
        for literal, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for number, opener in self._by_literal[literal]:
                if not _stands(opener, folded, start, end):
                    continue
                if number in self._alone:
                    alone.append((start, end))
                if number in self._killers:
                    killed.append((start, end))
                for side in self._sides.get(number, ()):
                    last[side.pair, side.right] = start
                    if start - last.get((side.pair, not side.right), -REACH_CHARS - 1) <= side.reach:
                        return True
        return any(not any(s <= start and end <= e for s, e in killed) for start, end in alone)


def _stands(opener: Opener, folded: str, start: int, end: int) -> bool:
    """Tell whether a literal stands there as a word of its own, as far as its entry wants that."""
    if start and not opener.free_start and _joined(folded[start - 1], folded[start]):
        return False
    if opener.free_end or end >= len(folded) or not _joined(folded[end - 1], folded[end]):
        return True
    tail = _WORD_REST.match(folded, end)
    return tail is not None and tail[0] in opener.endings


_WORD_REST = re.compile(r"[^\W_]{1,12}")


def _joined(one: str, other: str) -> bool:
    """Tell whether two neighbours belong to one word; letters written without spaces are words each."""
    return one.isalpha() and other.isalpha() and not ("\u3040" <= other <= "\u9fff" or "\u3040" <= one <= "\u9fff")


def _gate_forms(file: LanguageFile) -> Iterator[tuple[Meaning, Form]]:
    for meaning, entry in entries_of(file):
        if meaning.tag in WANTED:
            for form in parse(entry):
                yield meaning, form
    yield from shared_goods(file)


class Boilerplate:
    """Whether a line of a page is a heading over other stories or no part of any."""

    def __init__(self, files: Iterable[LanguageFile]) -> None:
        self._headings: set[str] = set()
        lines: set[str] = set()
        for file in files:
            self._headings.update(_literals(file.boilerplate.headings))
            lines.update(_literals(file.boilerplate.lines))
        self._opening = AhoCorasick(sorted(self._headings) or ["\0"])
        self._anywhere = AhoCorasick(sorted(lines) or ["\0"])

    def role(self, line: str) -> str | None:
        """Return `heading`, `line` or None."""
        folded = fold(line).strip(" :|>*•")
        if any(start == 0 for _, start, _ in self._opening.find_matches_as_indexes(folded)):
            return "heading"
        return "line" if self._anywhere.find_matches_as_indexes(folded) else None


def _literals(entries: Iterable[str]) -> Iterator[str]:
    for entry in entries:
        for form in parse(entry):
            for pieces in itertools.product(*form.places):
                yield " ".join(piece.literal for piece in pieces)


@cache
def gate() -> Gate:
    """Return the gate over every language file, built once per process."""
    return Gate(language_file(code) for code in languages())


@cache
def boilerplate() -> Boilerplate:
    """Return what all languages know of the frames of pages, built once per process."""
    return Boilerplate(language_file(code) for code in languages())
