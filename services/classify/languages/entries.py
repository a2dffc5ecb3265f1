"""The notation of an entry in a language file, and its parsing into parts.

ban                 the word, with the language's own endings
sanction*           the word may go on: sanctions, sanctioned
*verbot             the word may begin earlier: Exportverbot
export* control*    both words may go on; neighbours, in this order
put ... on hold     up to six words between
(export|sale) ban   either word
=US                 exactly so, capitals included
half-space          written as U+200C, it may be there, be a space or be lost
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from services.classify.normalise import fold_entry

GAP = 6
ZWNJ = "\u200c"
MAX_FORMS = 64
MOST_SPELT_OUT = 12
"""Choices side by side multiply. In writing without spaces a word can be cut where they meet, and they only add up."""
SHORTEST_PART = 2
"""Letters; a part of one letter would be found everywhere."""
_TOKEN = re.compile(r"(?:\([^()]*\)|[^\s()])+")
_CHOICE = re.compile(r"\(([^()]*)\)")
_NOTATION = re.compile(f"[()*=|{ZWNJ}]|[.][.][.]")
"""What makes an entry more than the words it shows; most have none of it."""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One literal of an entry as the automaton sees it."""

    literal: str
    free_start: bool = False
    free_end: bool = False
    exact: str = ""
    """The literal with its capitals, when they matter."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an entry: places in order, each with the pieces that may fill it, and the gap before each."""

    places: tuple[tuple[Piece, ...], ...]
    gaps: tuple[int, ...]


def entry_fault(entry: str) -> str | None:
    """Return what is wrong with this entry, or None."""
    rules = _FAULTS if _NOTATION.search(entry) else _FAULTS[:1]
    fault = next((message for wrong, message in rules if wrong(entry)), None)
    if fault is None:
        try:
            parse(entry)
        except ValueError as error:
            return str(error)
    return fault


def _words(entry: str) -> list[str]:
    return [word for option in _choices(entry) for word in option.split()]


def _open_parenthesis(entry: str) -> bool:
    rest = _CHOICE.sub("", entry)
    return "(" in rest or ")" in rest


def _choices(entry: str) -> list[str]:
    """Return the entry's words and choices, for checking."""
    return [
        *_CHOICE.sub("x", entry.replace("...", " ")).split(),
        *(o for c in _CHOICE.findall(entry) for o in c.split("|")),
    ]


_FAULTS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda entry: not entry.strip() or entry.strip() != entry, "must not be empty or begin or end with a space"),
    (_open_parenthesis, "parentheses must be closed and not nested: (export|sale) ban"),
    (
        lambda entry: entry.startswith("...") or entry.endswith("...") or "... ..." in entry,
        "`...` stands between two words",
    ),
    (
        lambda entry: any(not word.strip("*=") for word in _words(entry)),
        "`*` and `=` belong to a word: ban* or *ban",
    ),
    (
        lambda entry: "=" in entry[1:] or any("*" in word.strip("*") for word in _words(entry)),
        "`*` stands only at the start or the end of a word, `=` before the whole entry",
    ),
)


@cache
def parse(entry: str) -> tuple[Form, ...]:
    """Return every form of this entry; raise ValueError when there are too many.

    The check of a file, its gate and its lexicon all ask for the same entries: kept until `forget_parsed()`.
    """
    if not _NOTATION.search(entry):
        piece = _piece(entry, exact=False)
        return (Form(((piece,),), (0,)),) if piece.literal else ()
    exact = entry.startswith("=")
    spellings = [spelling for text in _with_or_without(entry.removeprefix("=")) for spelling in _joins(text)]
    if len(spellings) > MAX_FORMS:
        raise ValueError(f"has more than {MAX_FORMS} forms; make fewer parts optional")
    return tuple(form for spelling in spellings if (form := _form(spelling, exact=exact)).places)


def forget_parsed() -> None:
    """Keep nothing of what was parsed so far: every file is compiled."""
    parse.cache_clear()
    _piece.cache_clear()
    _alternatives.cache_clear()
    _spell_out.cache_clear()


def _with_or_without(entry: str) -> Iterator[str]:
    """Write out optional choices, those with an empty side: `(the|) list` is `the list` and `list`."""
    optional = [choice for choice in _CHOICE.findall(entry) if "" in choice.split("|")]
    for kept in itertools.product((True, False), repeat=len(optional)):
        text = entry
        for choice, keep in zip(optional, kept, strict=True):
            sides = "|".join(side for side in choice.split("|") if side)
            text = text.replace(f"({choice})", f"({sides})" if keep else "", 1)
        yield text


def _joins(text: str) -> list[str]:
    """Write a half-space as it comes: as such, as a space, lost."""
    return [text] if ZWNJ not in text else [text, text.replace(ZWNJ, " "), text.replace(ZWNJ, "")]


def _form(text: str, *, exact: bool) -> Form:
    places: list[tuple[Piece, ...]] = []
    gaps: list[int] = []
    for i, run in enumerate(text.split("...")):
        for j, place in enumerate(_places(run, exact=exact)):
            gaps.append(GAP if i and not j else 0)
            places.append(place)
    return Form(tuple(places), tuple(gaps))


def _places(run: str, *, exact: bool) -> Iterator[tuple[Piece, ...]]:
    """Cut a run of words into places; fixed neighbours without `*` stay one literal."""
    held: list[str] = []
    for token in (part for word in _TOKEN.findall(run) for part in _parted(word)):
        options = _spell_out(token) if "(" in token else (token,)
        plain = len(options) == 1 and "*" not in token
        if not plain and not (len(options) == 1 and not token.startswith("*")):
            yield from _closed(held, exact=exact)
        if len(options) == 1:
            held.append(options[0])
            if not plain and token.endswith("*"):
                yield from _closed(held, exact=exact)
        else:
            yield _alternatives(token, exact=exact)
    yield from _closed(held, exact=exact)


@cache
def _alternatives(token: str, *, exact: bool) -> tuple[Piece, ...]:
    """Return the pieces of a token with choices: an entry with optional parts asks for each token several times."""
    return tuple(dict.fromkeys(piece for o in _spell_out(token) if (piece := _piece(o, exact=exact)).literal))


def _closed(held: list[str], *, exact: bool) -> Iterator[tuple[Piece, ...]]:
    piece = _piece(" ".join(held), exact=exact)
    held.clear()
    if piece.literal:
        yield (piece,)


@cache
def _piece(raw: str, *, exact: bool) -> Piece:
    bare = raw.strip("*")
    return Piece(fold_entry(bare), raw.startswith("*"), raw.endswith("*") and bool(bare), bare if exact else "")


@cache
def _spell_out(token: str) -> tuple[str, ...]:
    """Write out the choices of one token: `export(s|ed)` is two words."""
    return tuple("".join(choice) for choice in itertools.product(*_options(token)))


def _options(token: str) -> list[list[str]]:
    pieces = _CHOICE.split(token)
    return [[piece] if i % 2 == 0 else piece.split("|") for i, piece in enumerate(pieces) if piece]


def _parted(token: str) -> list[str]:
    """Cut a token of Chinese or Japanese between its choices where spelling it out would take too many pieces."""
    if "(" not in token or "*" in token or not _UNSPACED.search(token):
        return [token]
    options = _options(token)
    if math.prod(map(len, options)) <= MOST_SPELT_OUT:
        return [token]
    cuts = [i for i in range(1, len(options)) if min(map(_shortest, (options[:i], options[i:]))) >= SHORTEST_PART]
    if not cuts:
        return [token]
    cut = min(cuts, key=lambda i: math.prod(map(len, options[:i])) + math.prod(map(len, options[i:])))
    return [part for half in (options[:cut], options[cut:]) for part in _parted(_rejoined(half))]


def _shortest(options: list[list[str]]) -> int:
    return sum(min(map(len, some)) for some in options)


def _rejoined(options: list[list[str]]) -> str:
    return "".join(some[0] if len(some) == 1 else f"({'|'.join(some)})" for some in options)
