"""Roles: who imposes, who is hit, who signs. Told by grammar and order around the act, not by nearness alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.classify.clauses import PARTY_TAGS, TRADE_TAGS, Clause, distance
from services.classify.marks import Mark

MARKER_WORDS = 2
THING_TAGS = ("good", "entity.company", "entity.ship", "entity.person", *TRADE_TAGS, "trade.import")


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the reading of roles needs to know of a language."""

    stretch: int
    """How many word places a word takes: 1 where words are spaced, more where every letter is a place."""
    adjective: str
    """Whether an adjective stands `before` or `after` its noun."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One country, agency, leader or company in the sentence of an act, with what its place says."""

    code: str
    mark: Mark
    features: dict[str, float]


COLONS = (":", "\uff1a")


def mentions(clause: Clause, grammar: Grammar, text: str) -> list[Mention]:
    """Return every mention of an actor with a country in the sentence of the act, and what its place says."""
    parties = [mark for mark in clause.sentence.marks if mark.tag in PARTY_TAGS]
    listed = [mark for mark in clause.sentence.marks if mark.tag == "instrument" and mark.value]
    found = [Mention(mark.value, mark, dict(_features(mark, parties, clause, grammar, text))) for mark in parties]
    return found + [Mention(mark.value, mark, {"instrument": 1.0}) for mark in listed]


def _features(
    mark: Mark, parties: list[Mark], clause: Clause, grammar: Grammar, text: str
) -> Iterator[tuple[str, float]]:
    yield mark.tag.replace("actor.", "is "), 1.0
    yield from _order(mark, parties, clause, grammar.stretch)
    yield from _markers(mark, clause, grammar.stretch)
    if _qualifies(mark, clause, grammar):
        yield "qualifies a thing", 1.0
    if clause.sentence.title:
        yield "in the title", 1.0
    if text[mark.end : mark.end + 2].lstrip().startswith(COLONS):
        yield "before a colon", 1.0


def _order(mark: Mark, parties: list[Mark], clause: Clause, stretch: int) -> Iterator[tuple[str, float]]:
    anchor = clause.anchor
    before = mark.last < anchor.word
    yield ("before the act" if before else "after the act"), 1.0
    yield ("first" if mark is parties[0] else "later"), 1.0
    if distance(mark, anchor) < stretch:
        yield ("touches the act before" if before else "touches the act after"), 1.0
    if before and any(
        other.word > mark.last for other in clause.sentence.having("cue.reaction") if other.last < anchor.word
    ):
        yield "reacts", 1.0
    if before and any(other.last < mark.word for other in clause.sentence.having("cue.reaction")):
        yield "reacted to", 1.0
    operators = [
        other
        for other in clause.sentence.marks
        if other.tag in ("op.impose", "op.end", "op.ease", "op.expand", "op.sign")
    ]
    if operators:
        nearest = min(operators, key=lambda other: distance(other, anchor))
        yield ("before the verb" if mark.last < nearest.word else "after the verb"), 1.0
    if len({other.value for other in parties}) == 1:
        yield "alone", 1.0
    elif any(other.value != mark.value and distance(other, anchor) < stretch for other in parties):
        yield "another touches the act", 1.0


def _markers(mark: Mark, clause: Clause, stretch: int) -> Iterator[tuple[str, float]]:
    reach = MARKER_WORDS * stretch
    for other in clause.sentence.marks:
        group, _, name = other.tag.partition(".")
        if group != "role":
            continue
        ahead = 0 <= mark.word - other.last - 1 <= reach and other.start < mark.start
        behind = 0 <= other.word - mark.last - 1 < stretch or (other.word <= mark.last <= other.last)
        if name.endswith("_before") and ahead:
            yield f"{name} {_closeness(mark, other, clause)}", 1.0
        elif name.endswith("_after") and behind and other.end >= mark.end:
            yield name, 1.0
        elif name == "party" and (ahead or behind):
            yield "joined", 1.0


def _closeness(mark: Mark, marker: Mark, clause: Clause) -> str:
    """Tell whether the marker stands right before this actor; another one between takes it."""
    between = any(
        other.tag in PARTY_TAGS and marker.last < other.word and other.last < mark.word
        for other in clause.sentence.marks
    )
    return "farther" if between else "close"


def _qualifies(mark: Mark, clause: Clause, grammar: Grammar) -> bool:
    """Tell whether the mention stands as an adjective to goods or companies: Russian oil, petrolio russo."""
    for other in clause.sentence.having(*THING_TAGS):
        gap = other.word - mark.last - 1 if grammar.adjective == "before" else mark.word - other.last - 1
        if 0 <= gap < grammar.stretch:
            return True
    return False
