"""The gates: a look at a text with the rare words of its language; what cannot report a measure leaves at once.

A text is let in by an act that is clear by itself (an export ban, sanctions, an offtake agreement), or by two things
together: a word of trade with one of restricting, a pact with goods or supply, a bare verb with either. Names of
countries never let a text in. A line that does not read like the text's language is looked at in all others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from services.classify.keys import Keys, Speech
from services.classify.languages.entries import Form, parse
from services.classify.languages.lexicon import LOOKALIKE, Meaning, entries_of, shared_goods
from services.classify.languages.load import language_file, languages
from services.classify.languages.schema import LanguageFile
from services.classify.normalise import Folded

CLEAR = frozenset({"act.control", "act.control_verb", "act.sanction", "act.sanction_verb", "act.supply_pact"})
"""One such entry is enough to look closer."""
SAME_PLACE_CHARS = 25
"""Within a sentence one opener of a sort says enough; the next sentence may be another story."""
AROUND_CHARS = 90
"""How far around an opener a look-alike that swallows it is looked for."""
COMMON_WITHIN_CHARS = 200
"""In so much of a line some common word of its language stands."""
LONG_LINE_CHARS = 90
"""A shorter line says too little to be a story of its own."""


@dataclass(frozen=True, slots=True)
class Need:
    """What has to stand near an opener that says too little alone."""

    any_of: tuple[frozenset[str], ...]
    """Tags, in bundles that several needs share."""
    reach: int
    """How far away, in characters: about a long sentence."""


_RESTRICTING = frozenset({"act.restrict", "op.ease", "op.end"})
_GOODS = frozenset({"good"})
_SUPPLYING = frozenset({"act.supply"})
_NAMES = frozenset(
    {"instrument", "trade.export", "act.sanction", "actor.agency", "actor.leader", "actor.company"}
    | {"entity.company", "entity.ship", "entity.person"}
)
NEEDS = {
    "trade": Need((_RESTRICTING,), 120),
    "pact": Need((_GOODS, _SUPPLYING), 200),
    "verb": Need((_RESTRICTING, _GOODS, _NAMES), 80),
    "restrict": Need((_GOODS,), 80),
}
_BUNDLES = (_RESTRICTING, _GOODS, _SUPPLYING, _NAMES)
_WORD_OF = {
    "trade.export": "trade",
    "trade.transfer": "trade",
    "trade.import": "trade",
    "act.pact": "pact",
    "act.restrict": "restrict",
}
CLEAR_OPENER = ""
"""Of what opens by itself."""
Key = tuple[str, str]
"""Which need an opener has, and how it has to be written where its capitals matter."""


class Gate:
    """The keys of one language, and for each of them what else it takes."""

    def __init__(self, file: LanguageFile) -> None:
        speech = Speech(file)
        openers: list[tuple[Key, Form, Speech]] = []
        killers: list[tuple[str, Form, Speech]] = []
        near: dict[frozenset[str], list[tuple[None, Form, Speech]]] = {bundle: [] for bundle in _BUNDLES}
        for meaning, form in _forms(file):
            need = _need_of(meaning, form)
            if need is not None:
                openers.append(((need, _capitals(form)), form, speech))
            if meaning.tag == LOOKALIKE:
                killers.append((LOOKALIKE, form, speech))
            for bundle, entries in near.items():
                if meaning.tag in bundle:
                    entries.append((None, form, speech))
        self._openers = Keys(openers)
        self._killers = Keys(killers)
        self._near = {bundle: Keys(entries) for bundle, entries in near.items()}

    def openers(self, page: Folded) -> Iterator[tuple[str, int, int]]:
        """Give what lets a page in, in order: its need and where it stands in the folded text.

        Of what stands close together and says the same only the first.
        """
        done: dict[Key, int] = {}
        for key, start, end in self._openers.find(page.text, done):
            need, capitals = key
            if _as_written(page, capitals, start, end) and self._lets_in(need, page.text, start, end):
                yield need, start, end
                done[key] = end + SAME_PLACE_CHARS

    def _lets_in(self, need: str, folded: str, start: int, end: int) -> bool:
        enough = need == CLEAR_OPENER or self._holds(need, folded, start, end)
        return enough and not self._swallowed(folded, start, end)

    def _holds(self, need: str, folded: str, start: int, end: int) -> bool:
        wanted = NEEDS[need]
        first = max(start - wanted.reach, 0)
        around = folded[first : end + wanted.reach]
        return any(
            first + s >= end or first + e <= start
            for bundle in wanted.any_of
            for _, s, e in self._near[bundle].find(around)
        )

    def _swallowed(self, folded: str, start: int, end: int) -> bool:
        first = max(start - AROUND_CHARS, 0)
        held = self._killers.find(folded[first : end + AROUND_CHARS])
        return any(first + s <= start and end <= first + e for _, s, e in held)


Place = tuple[int, str]
"""Where in a page something that lets it in stands, and of which language it is."""


class Gates:
    """The gates of all languages."""

    def __init__(self, files: Iterable[LanguageFile]) -> None:
        by_code = {file.language: file for file in files}
        self._gates = {code: Gate(file) for code, file in by_code.items()}
        self._common = {code: _common_words(file) for code, file in by_code.items()}

    def openers(self, page: Folded, language: str | None) -> list[Place]:
        """Return what lets this page in, in order. Where its language is not declared it may be any."""
        if language not in self._gates:
            return sorted(place for code in self._gates for place in self._places(code, page))
        found = self._places(language, page)
        for start, line in self._foreign_lines(page.original, language):
            folded = Folded(line)
            others = (code for code in self._gates if code != language)
            found += [(start + place, code) for code in others for place, _ in self._places(code, folded)]
        return sorted(found)

    def _places(self, code: str, page: Folded) -> list[Place]:
        openers = self._gates[code].openers(page)
        return [(page.original_span(start, end)[0], code) for _, start, end in openers]

    def _foreign_lines(self, page: str, language: str) -> Iterator[tuple[int, str]]:
        """Give the lines that are long enough to hold common words of this language, and hold none."""
        common = self._common[language]
        start = 0
        for line in page.split("\n"):
            if len(line) >= LONG_LINE_CHARS:
                head = line[:COMMON_WITHIN_CHARS]
                for word in common:
                    if word in head:
                        break
                else:
                    yield start, line
            start += len(line) + 1


def _common_words(file: LanguageFile) -> tuple[str, ...]:
    return tuple(word.strip("*") if word.startswith("*") else f" {word} " for word in file.common)


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
    wanted = {LOOKALIKE, "instrument", *CLEAR, *_WORD_OF, *(tag for bundle in _BUNDLES for tag in bundle)}
    for meaning, entry in entries_of(file):
        if meaning.tag in wanted:
            for form in parse(entry):
                yield meaning, form
    yield from shared_goods(file)


@cache
def gates() -> Gates:
    """Return the gates of every language, built once per process."""
    return Gates(language_file(code) for code in languages())
