"""Keys: entries of language files found in a folded text by their rarest word, then checked whole.

In: forms of entries with what each stands for. Out: where they stand. One automaton for any number of languages; only
what it hits costs time, so a key is the longest word of an entry, and the rest of the entry is looked for around it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from services.classify.languages.entries import GAP, Form, Piece
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import fold_entry

T = TypeVar("T")
PHRASE_CHARS = 120
"""How far the words of one entry may reach to either side of its key."""
BETWEEN_CHARS = 24
"""How much endings, clitics and signs may add to one word of an entry whose words touch."""
UNSPACED_GAP = 18
LIGHTEST = 3
"""A lighter key, of one or two letters, would be hit everywhere: such entries are left out."""
_NOTHING: Mapping[Any, int] = MappingProxyType({})
_LETTER = "[\\w\u0900-\u0903\u093a-\u094f\u0951-\u0957\u200c]"
LONGEST_AFFIX = 12
_WORD_REST = re.compile(f"{_LETTER}{{1,{LONGEST_AFFIX}}}")


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where in a word a key may stand."""

    free_start: bool
    free_end: bool
    prefixes: frozenset[str]
    endings: frozenset[str]


class Speech:
    """What finding an entry needs to know of its language."""

    def __init__(self, file: LanguageFile) -> None:
        self.code = file.language
        self.spaced = file.writing == "spaced"
        self.prefixes = frozenset(filter(None, map(fold_entry, file.prefixes)))
        self.endings = frozenset(filter(None, map(fold_entry, file.endings)))
        self._edges = {
            (start, end): _Edge(start, end, self.prefixes, self.endings)
            for start in (False, True)
            for end in (False, True)
        }

    def edge(self, piece: Piece) -> _Edge:
        """Return where in a word this piece may stand; few differ, so they are shared."""
        return self._edges[piece.free_start, piece.free_end]


class _Side:
    """The words of an entry on one side of its key, and how far they may reach, in characters."""

    __slots__ = ("_literals", "reach")  # there are a hundred thousand of them

    def __init__(self, places: tuple[tuple[Piece, ...], ...], gaps: tuple[int, ...]) -> None:
        literals = [tuple(piece.literal for piece in place) for place in places]
        touching = sum(max(map(len, some)) + BETWEEN_CHARS for some in literals)
        self.reach = PHRASE_CHARS if any(gaps) else min(touching, PHRASE_CHARS)
        self._literals = tuple(sorted(literals, key=len))

    def all_in(self, text: str) -> bool:
        """Tell whether one choice of each word stands in this text."""
        for some in self._literals:
            for literal in some:
                if literal in text:
                    break
            else:
                return False
        return True


class _Whole:
    """An entry of several words, written as an expression when it is first needed."""

    __slots__ = ("_after", "_before", "_form", "_pattern", "_speech")

    def __init__(self, form: Form, speech: Speech) -> None:
        self._form = form
        self._speech = speech
        key = form.places.index(_key_place(form))
        self._before = _Side(form.places[:key], form.gaps[1 : key + 1])
        self._after = _Side(form.places[key + 1 :], form.gaps[key + 1 :])
        self._pattern: re.Pattern[str] | None = None

    def _expression(self) -> re.Pattern[str]:
        parts: list[str] = []
        elided = False
        for place, gap in zip(self._form.places, self._form.gaps, strict=True):
            if parts:
                parts.append(self._between(gap, elided=elided))
            elided = any(not piece.literal[-1].isalnum() for piece in place)
            parts.append(f"(?:{'|'.join(self._piece(piece) for piece in place)})")
        return re.compile("".join(parts))

    def _between(self, gap: int, *, elided: bool) -> str:
        if not self._speech.spaced:
            return f"[^\u3002\uff01\uff1f]{{0,{UNSPACED_GAP}}}?" if gap else r"\W*"
        if elided and not gap:
            return r"\W*"  # dell'export: the sign that parts the words belongs to the first
        return rf"\W+(?:{_LETTER}+\W+){{0,{GAP}}}?" if gap else r"\W+"

    def _piece(self, piece: Piece) -> str:
        literal = re.escape(piece.literal)
        if not self._speech.spaced:
            return literal
        start = f"{_LETTER}*" if piece.free_start else rf"(?<!\w){_optional(self._speech.prefixes)}"
        end = f"{_LETTER}*" if piece.free_end else f"{_optional(self._speech.endings)}(?!{_LETTER})"
        return f"{start}{literal}{end}"

    def around(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where the whole entry stands around this key, or None; a look for its words first saves most of it."""
        first, last = max(start - self._before.reach, 0), end + self._after.reach
        if last > end and not self._after.all_in(text[end:last]):
            return None
        if first < start and not self._before.all_in(text[first:start]):
            return None
        self._pattern = self._pattern or self._expression()
        for found in self._pattern.finditer(text, first, last):
            if found.start() <= start and end <= found.end():
                return found.span()
        return None


def _optional(letters: Iterable[str]) -> str:
    choices = "|".join(re.escape(some) for some in sorted(letters))
    return f"(?:{choices})?" if choices else ""


class Keys(Generic[T]):
    """Entries to look for, each with what it stands for."""

    def __init__(self, entries: Iterable[tuple[T, Form, Speech]]) -> None:
        found: dict[str, dict[_Edge, dict[tuple[T, int], tuple[T, _Whole | None]]]] = {}
        for value, form, speech in entries:
            whole = _Whole(form, speech) if len(form.places) > 1 else None
            for piece in _key_place(form):
                if _weight(piece.literal) < LIGHTEST:
                    continue
                edge = speech.edge(piece)
                alike = found.setdefault(piece.literal, {}).setdefault(edge, {})
                alike[value, id(whole) if whole else 0] = (value, whole)
        literals = sorted(found)
        self._held = [tuple((edge, tuple(some.values())) for edge, some in found[one].items()) for one in literals]
        self._automaton = (
            AhoCorasick(literals, implementation=Implementation.ContiguousNFA, store_patterns=False)
            if literals
            else None
        )

    def __len__(self) -> int:
        """Return the number of literals."""
        return len(self._held)

    def find(self, folded: str, done: Mapping[T, int] = _NOTHING) -> Iterator[tuple[T, int, int]]:
        """Give what stands in this text: value, start, end. A clitic before the word does not belong to it.

        `done` tells for a value up to which place no more of it is wanted; the caller may move it on between answers.
        """
        if self._automaton is None:
            return
        for literal, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for edge, alike in self._held[literal]:
                if not _stands(edge, folded, start, end):
                    continue
                for value, whole in alike:
                    if start < done.get(value, 0):
                        continue
                    span = (start, end) if whole is None else whole.around(folded, start, end)
                    if span is not None:
                        yield value, *span

    def has(self, folded: str) -> bool:
        """Tell whether any of them stands in this text."""
        return any(True for _ in self.find(folded))


def _key_place(form: Form) -> tuple[Piece, ...]:
    """Return the place whose shortest word is the longest: that is the rarest."""
    return max(form.places, key=lambda place: min(_weight(piece.literal) for piece in place))


def _weight(literal: str) -> int:
    """Count letters; one of Chinese or Japanese or a syllable of Korean tells as much as three of an alphabet."""
    if max(literal) < "\u3040":
        return len(literal)
    return sum(3 if letter >= "\u3040" else 1 for letter in literal)


def _stands(edge: _Edge, folded: str, start: int, end: int) -> bool:
    """Tell whether a literal stands there as a word of its own, as far as its entry wants that."""
    if start and not edge.free_start and folded[start - 1].isalpha() and joined(folded[start - 1], folded[start]):
        if not edge.prefixes:
            return False
        head = start - 1
        while head and joined(folded[head - 1], folded[head]) and start - head <= LONGEST_AFFIX:
            head -= 1
        if folded[head:start] not in edge.prefixes:
            return False
    if edge.free_end or end >= len(folded) or not folded[end].isalpha() or not joined(folded[end - 1], folded[end]):
        return True
    tail = _WORD_REST.match(folded, end)
    return tail is not None and tail[0] in edge.endings


def joined(one: str, other: str) -> bool:
    """Tell whether two neighbours belong to one word; letters written without spaces are words each."""
    return one.isalpha() and other.isalpha() and not ("\u3040" <= other <= "\u9fff" or "\u3040" <= one <= "\u9fff")
