"""A language file compiled: every way to write every entry in one automaton, with what each entry stands for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

from schemas.commodities import commodities
from schemas.countries import countries
from services.classify.languages.entries import Form, Piece, parse
from services.classify.languages.load import language_file
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import fold_entry

T = TypeVar("T")
NAME_LENGTH_TO_TRIM = 5
CASED_NAME_LENGTH = 3
LOOKALIKE = "alike.phrases"
"""Swallows what it holds, at the gate as in the reading."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an entry stands for: `act.control`, `op.ease`, `actor.agency` (value CN), `good` (value its id)."""

    tag: str
    value: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """An entry of several places, found by its first; each place holds the pieces that may fill it."""

    places: tuple[tuple[int, ...], ...]
    gaps: tuple[int, ...]
    meaning: Meaning


class Lexicon:
    """One language ready to search: pieces in the automaton, meanings of single pieces, phrases by first piece."""

    def __init__(self, file: LanguageFile, entries: Iterable[tuple[Meaning, Form]]) -> None:
        self.file = file
        self.pieces: list[Piece] = []
        self.meanings: dict[int, list[Meaning]] = defaultdict(list)
        self.phrases: dict[int, list[Phrase]] = defaultdict(list)
        self._index: dict[Piece, int] = {}
        self._known: set[Phrase] = set()
        for meaning, form in entries:
            self._add(meaning, form)
        self._known.clear()
        literals = sorted({piece.literal for piece in self.pieces})
        self.by_literal: list[list[int]] = [[] for _ in literals]
        place = {literal: i for i, literal in enumerate(literals)}
        for number, piece in enumerate(self.pieces):
            self.by_literal[place[piece.literal]].append(number)
        self.automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA, store_patterns=False)
        self.prefixes = frozenset(fold_entry(prefix) for prefix in file.prefixes)
        self.endings = frozenset(fold_entry(ending) for ending in file.endings)
        self.may_begin_inside = [
            bool(self.prefixes) or any(self.pieces[number].free_start for number in numbers)
            for numbers in self.by_literal
        ]
        """Whether a literal may stand where no word begins, after a clitic or as the end of a compound."""
        self.cased = [any(self.pieces[number].exact for number in numbers) for numbers in self.by_literal]
        self.stretch = 1 if file.writing == "spaced" else 3

    def _add(self, meaning: Meaning, form: Form) -> None:
        places = tuple(tuple(self._number(piece) for piece in place) for place in form.places)
        if len(places) == 1:
            for number in places[0]:
                _once(self.meanings[number], meaning)
            return
        phrase = Phrase(places, form.gaps, meaning)
        if phrase not in self._known:
            self._known.add(phrase)
            for number in places[0]:
                self.phrases[number].append(phrase)

    def _number(self, piece: Piece) -> int:
        if piece not in self._index:
            self._index[piece] = len(self.pieces)
            self.pieces.append(piece)
        return self._index[piece]


def _once(known: list[T], item: T) -> None:
    if item not in known:
        known.append(item)


@cache
def lexicon(code: str) -> Lexicon:
    """Return the compiled lexicon of this language, built once per process."""
    file = language_file(code)
    return Lexicon(file, _forms(file))


def _forms(file: LanguageFile) -> Iterator[tuple[Meaning, Form]]:
    for meaning, entry in entries_of(file):
        for form in parse(entry):
            yield meaning, form
    for country in countries().values():
        for name in country.names.get(file.language, ()):
            for form in _name_forms(name, file):
                yield Meaning("actor.country", country.code), form
    yield from shared_goods(file)


def shared_goods(file: LanguageFile) -> Iterator[tuple[Meaning, Form]]:
    """Give the names of goods that every service shares, as this language inflects them."""
    for good in commodities().values():
        for name in good.names.get(file.language, ()):
            for form in _name_forms(name, file):
                yield Meaning("good", good.reported_as), form


SECTIONS = ("acts", "operators", "trade", "cues", "lookalikes", "roles", "entities", "boilerplate")
SHORT = {"acts": "act", "operators": "op", "cues": "cue", "lookalikes": "alike", "roles": "role", "entities": "entity"}
ACTORS = {"countries": "country", "agencies": "agency", "leaders": "leader", "companies": "company"}


def entries_of(file: LanguageFile) -> Iterator[tuple[Meaning, str]]:
    """Give every entry of a language file with its meaning."""
    for section in SECTIONS:
        for key, entries in getattr(file, section):
            for entry in entries:
                yield Meaning(f"{SHORT.get(section, section)}.{key.rstrip('_')}"), entry
    for instrument in file.instruments:
        for entry in instrument.match:
            yield Meaning("instrument", instrument.issuer or "", instrument.kind or ""), entry
    yield from _actor_entries(file)
    for good, entries in file.goods.items():
        for entry in entries:
            yield Meaning("good", good), entry
    yield from _date_entries(file)


def _actor_entries(file: LanguageFile) -> Iterator[tuple[Meaning, str]]:
    for key, short in ACTORS.items():
        for code, entries in getattr(file.actors, key).items():
            for entry in entries:
                yield Meaning(f"actor.{short}", code), entry
    for entry in file.actors.offices:
        yield Meaning("actor.office"), entry


def _date_entries(file: LanguageFile) -> Iterator[tuple[Meaning, str]]:
    for key, months in (("month", file.dates.months), ("jalali", file.dates.jalali_months)):
        for number, entries in months.items():
            for entry in entries:
                yield Meaning(f"date.{key}", str(number)), entry
    for key in ("today", "old", "future"):
        for entry in getattr(file.dates, key):
            yield Meaning(f"date.{key}"), entry


def _name_forms(name: str, file: LanguageFile) -> Iterator[Form]:
    """Give the forms of a shared name, trimmed for endings where the language asks for it."""
    name = name.replace("*", "").strip()
    exact = len(name) <= CASED_NAME_LENGTH and name.isupper()
    stem = name
    if len(name) >= NAME_LENGTH_TO_TRIM and file.names.drop:
        stem = name[:-1] if name[-1] in file.names.drop else name
    free = bool(file.names.ending) and len(name) > CASED_NAME_LENGTH
    literal = fold_entry(stem)
    if literal:
        yield Form(((Piece(literal, free_end=free, exact=stem if exact else ""),),), (0,))
