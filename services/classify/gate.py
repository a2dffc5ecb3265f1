"""The gate: one pass over a text with the rare words of all languages; what cannot report a measure leaves at once.

A text is let in by an act that is clear by itself (an export ban, sanctions, an offtake agreement), or by two things
together: a word of trade with one of restricting, a pact with goods or supply, a bare verb with either. Names of
countries never let a text in.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from services.classify.keys import Keys, Speech
from services.classify.languages.entries import Form, parse
from services.classify.languages.lexicon import Meaning, entries_of, shared_goods
from services.classify.languages.load import language_file, languages
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import Folded

CLEAR = frozenset({"act.control", "act.control_verb", "act.sanction", "act.sanction_verb", "act.supply_pact"})
"""One such entry is enough to look closer."""
KILLER = "alike.phrases"
"""Swallows what it holds, at the gate as in the reading."""
SAME_PLACE_CHARS = 25
"""Within a sentence one opener of a sort says enough; the next sentence may be another story."""
AROUND_CHARS = 90
"""How far around an opener a look-alike that swallows it is looked for."""


@dataclass(frozen=True, slots=True)
class Need:
    """What has to stand near an opener that says too little alone."""

    tags: frozenset[str]
    reach: int
    """How far away, in characters: about a long sentence."""


_RESTRICTING = frozenset({"act.restrict", "op.ease", "op.end"})
NEEDS = {
    "trade": Need(_RESTRICTING, 120),
    "pact": Need(frozenset({"good", "act.supply"}), 200),
    "verb": Need(
        _RESTRICTING
        | {"good", "instrument", "trade.export", "act.sanction", "actor.agency", "actor.leader"}
        | {"entity.company", "entity.ship", "entity.person"},
        80,
    ),
    "restrict": Need(frozenset({"good"}), 80),
}
_WORD_OF = {
    "trade.export": "trade",
    "trade.transfer": "trade",
    "trade.import": "trade",
    "act.pact": "pact",
    "act.restrict": "restrict",
}
Opener = tuple[str, str]
"""Language and which need it has; an empty need opens by itself."""
CLEAR_OPENER = ""
Key = tuple[Opener, str]
"""An opener and how it has to be written where its capitals matter."""
NOWHERE = sys.maxsize


class Gate:
    """The keys of all languages, and for each of them what else it takes."""

    def __init__(self, files: Iterable[LanguageFile]) -> None:
        openers: list[tuple[Key, Form, Speech]] = []
        killers: list[tuple[str, Form, Speech]] = []
        near: dict[Opener, list[tuple[str, Form, Speech]]] = {}
        for file in files:
            speech = Speech(file)
            for meaning, form in _forms(file):
                need = _need_of(meaning, form)
                if need is not None:
                    openers.append((((speech.code, need), _capitals(form)), form, speech))
                if meaning.tag == KILLER:
                    killers.append((speech.code, form, speech))
                for name, wanted in NEEDS.items():
                    if meaning.tag in wanted.tags:
                        near.setdefault((speech.code, name), []).append((meaning.tag, form, speech))
        self._languages = frozenset(code for ((code, _), _), _, _ in openers)
        self._unclear = {key for key, _, _ in openers if key[0][1] != CLEAR_OPENER}
        self._openers = Keys(openers)
        self._killers = Keys(killers)
        self._near = {opener: Keys(entries) for opener, entries in near.items()}
        self._passed_over: dict[str, dict[Key, int]] = {}

    def opens(self, page: Folded, language: str | None = None) -> bool:
        """Tell whether this page may report a measure.

        Where the language is declared, only what is clear by itself counts in the others: اتفاق is an agreement in
        Arabic and an accident in Persian.
        """
        return any(True for _ in self._openers_but(page, self._left_out(language)))

    def openers(self, page: Folded) -> Iterator[tuple[Opener, int, int]]:
        """Give what lets this page in, in any language: a page may hold stories in several."""
        return self._openers_but(page, {})

    def _openers_but(self, page: Folded, left_out: dict[Key, int]) -> Iterator[tuple[Opener, int, int]]:
        """Give the openers in order; of what stands close together and says the same only the first."""
        done = dict(left_out)
        for key, start, end in self._openers.find(page.text, done):
            opener, capitals = key
            if _as_written(page, capitals, start, end) and self._lets_in(opener, page.text, start, end):
                yield opener, start, end
                done[key] = end + SAME_PLACE_CHARS

    def _left_out(self, language: str | None) -> dict[Key, int]:
        """Return what is not looked for in texts of this language: nowhere up to the end of any text."""
        if language not in self._languages:
            return {}
        if language not in self._passed_over:
            self._passed_over[language] = {key: NOWHERE for key in self._unclear if key[0][0] != language}
        return self._passed_over[language]

    def _lets_in(self, opener: Opener, folded: str, start: int, end: int) -> bool:
        enough = opener[1] == CLEAR_OPENER or self._holds(opener, folded, start, end)
        return enough and not self._swallowed(folded, start, end)

    def _holds(self, opener: Opener, folded: str, start: int, end: int) -> bool:
        reach = NEEDS[opener[1]].reach
        first = max(start - reach, 0)
        near = self._near.get(opener)
        return near is not None and any(
            first + s >= end or first + e <= start for _, s, e in near.find(folded[first : end + reach])
        )

    def _swallowed(self, folded: str, start: int, end: int) -> bool:
        first = max(start - AROUND_CHARS, 0)
        held = self._killers.find(folded[first : end + AROUND_CHARS])
        return any(first + s <= start and end <= first + e for _, s, e in held)


def _need_of(meaning: Meaning, form: Form) -> str | None:
    """Return what an entry needs beside it to open: nothing (empty), a named need, or None for no opener."""
    if meaning.tag in CLEAR:
        bare_verb = meaning.tag.endswith("_verb") and len(form.places) == 1
        return "verb" if bare_verb and _one_word(form) else CLEAR_OPENER
    if meaning.tag == "instrument":
        return CLEAR_OPENER if meaning.kind else "verb"
    return _WORD_OF.get(meaning.tag)


def _capitals(form: Form) -> str:
    """Return how an entry of one word has to be written, where its capitals matter."""
    return form.places[0][0].exact if len(form.places) == 1 else ""


def _as_written(page: Folded, capitals: str, start: int, end: int) -> bool:
    if not capitals:
        return True
    first, last = page.original_span(start, end)
    return page.original[first:last] == capitals


def _one_word(form: Form) -> bool:
    return not any(" " in piece.literal for place in form.places for piece in place)


def _forms(file: LanguageFile) -> Iterator[tuple[Meaning, Form]]:
    wanted = {KILLER, "instrument", *CLEAR, *_WORD_OF, *(tag for need in NEEDS.values() for tag in need.tags)}
    for meaning, entry in entries_of(file):
        if meaning.tag in wanted:
            for form in parse(entry):
                yield meaning, form
    yield from shared_goods(file)


@cache
def gate() -> Gate:
    """Return the gate over every language file, built once per process."""
    return Gate(language_file(code) for code in languages())
