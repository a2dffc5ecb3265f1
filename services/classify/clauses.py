"""Clauses: where a sentence names an act of one kind, with what happens to it and how it is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.detection import Kind
from services.classify.marks import Mark
from services.classify.sentences import Sentence

NEAR_WORDS = 8
PAIR_WORDS = 9
LEAD_SENTENCES = 2
FAR = 60
OPERATOR_TAGS = ("op.impose", "op.expand", "op.ease", "op.end", "op.sign", "op.propose", "op.effect")
CLOSE_WORDS = 3
PARTY_TAGS = ("actor.country", "actor.agency", "actor.leader", "actor.company")
SETTING_GROUPS = ("actor", "good", "trade", "instrument")
SETTING_TAGS = ("act.supply", "date.today", "date.old", "date.future")
TRADE_TAGS = ("trade.export", "trade.transfer")


@dataclass(frozen=True, slots=True)
class Clause:
    """One act named in one sentence."""

    kind: Kind
    sentence: Sentence
    anchor: Mark
    """The words that name the act."""
    anchored_by: str
    """How the act was recognised: `control`, `paired`, `instrument`, `sanction`, `import`, `pact`, `supply`, `flow`."""
    lead: bool
    features: dict[str, float] = field(default_factory=dict)


def clauses(sentences: list[Sentence], stretch: int) -> list[Clause]:
    """Return every clause of a story; `stretch` is how many word places a word takes in this writing."""
    titles = sum(sentence.title for sentence in sentences)
    found = []
    for order, sentence in enumerate(sentences):
        lead = not sentence.title and order < titles + LEAD_SENTENCES
        for kind, anchor, how in _anchors(sentence, sentences, stretch):
            features = dict(_features(kind, sentence, anchor, how, stretch))
            found.append(Clause(kind, sentence, anchor, how, lead, features))
    return found


def distance(one: Mark, other: Mark) -> int:
    """Return how many words stand between two marks, 0 when they touch or overlap."""
    return max(other.word - one.last - 1, one.word - other.last - 1, 0)


_ALONE = {
    "act.control": (Kind.EXPORT_CONTROL, "control"),
    "act.control_verb": (Kind.EXPORT_CONTROL, "control verb"),
    "act.sanction": (Kind.SANCTION, "sanction"),
    "act.sanction_verb": (Kind.SANCTION, "sanction verb"),
    "act.supply_pact": (Kind.SUPPLY_PACT, "supply pact"),
}
_LETTING_GO = ("op.ease", "op.end")
_THINGS = ("entity.company", "entity.ship", "entity.person", "actor.company")
_OTHER_ACTS = ("act.control", "act.control_verb", "act.sanction", "act.sanction_verb")
Found = tuple[Kind, Mark, str]


def _anchors(sentence: Sentence, story: list[Sentence], stretch: int) -> Iterator[Found]:
    """Give what may name an act, generously: how it was recognised is a feature, and the weights judge."""
    around = [s for s in story if s.title or abs(s.number - sentence.number) == 1]
    for mark in sentence.marks:
        if mark.tag in _ALONE:
            kind, how = _ALONE[mark.tag]
            yield kind, mark, how
        elif mark.tag == "instrument" and mark.kind:
            yield Kind(mark.kind), mark, "instrument"
        elif mark.tag == "act.restrict":
            yield from _restricting(sentence, around, mark, stretch)
        elif mark.tag in _LETTING_GO:
            yield from _letting_go(sentence, around, mark, stretch)
        elif mark.tag in ("act.pact", "act.supply", "op.sign"):
            yield from _agreeing(sentence, story, around, mark)


def _restricting(sentence: Sentence, around: list[Sentence], mark: Mark, stretch: int) -> Iterator[Found]:
    exporting = _nearest(sentence, mark, TRADE_TAGS, FAR)
    importing = _nearest(sentence, mark, ("trade.import",), FAR)
    parties = {party.value for party in sentence.having(*PARTY_TAGS)}
    if importing and (not exporting or distance(mark, importing) < distance(mark, exporting)):
        yield Kind.SANCTION, mark, "import"
    elif exporting:
        near = distance(mark, exporting) <= PAIR_WORDS * stretch
        yield Kind.EXPORT_CONTROL, mark, "paired" if near else "paired far"
    elif any(s.having(*TRADE_TAGS) for s in around) and (sentence.title or sentence.having("good", "actor.office")):
        yield Kind.EXPORT_CONTROL, mark, "paired across sentences"
    elif sentence.having("good") and (parties or sentence.having("actor.office")):
        yield Kind.EXPORT_CONTROL, mark, "goods restricted"
    if sentence.having(*_THINGS) and len(parties) > 1 and not exporting:
        yield Kind.SANCTION, mark, "entities restricted"


def _letting_go(sentence: Sentence, around: list[Sentence], mark: Mark, stretch: int) -> Iterator[Found]:
    exporting = _nearest(sentence, mark, TRADE_TAGS, FAR)
    if exporting:
        near = distance(mark, exporting) <= PAIR_WORDS * stretch
        yield Kind.EXPORT_CONTROL, mark, "flow" if near else "flow far"
    elif any(s.having("act.control", "act.control_verb") for s in around):
        yield Kind.EXPORT_CONTROL, mark, "flow across sentences"
    elif any(s.having("act.sanction", "act.sanction_verb") for s in around) and not sentence.having("act.sanction"):
        yield Kind.SANCTION, mark, "sanction across sentences"


def _agreeing(sentence: Sentence, story: list[Sentence], around: list[Sentence], mark: Mark) -> Iterator[Found]:
    """Ask for something to supply: in the sentence of the pact, beside it, or at least in the story."""
    goods, supplying = sentence.having("good"), sentence.having("act.supply")
    parties = {party.value for party in sentence.having(*PARTY_TAGS)}
    if mark.tag == "act.pact":
        if goods or supplying:
            yield Kind.SUPPLY_PACT, mark, "pact"
        elif any(s.having("good", "act.supply") for s in around):
            yield Kind.SUPPLY_PACT, mark, "pact across sentences"
        elif any(s.having("good") for s in story):
            yield Kind.SUPPLY_PACT, mark, "pact far"
    elif sentence.having(*_OTHER_ACTS):
        return
    elif mark.tag == "act.supply" and goods and (sentence.having("op.sign") or len(parties) > 1):
        yield Kind.SUPPLY_PACT, mark, "supply"
    elif mark.tag == "op.sign" and goods and len(parties) > 1 and not sentence.having("act.pact", "act.supply"):
        yield Kind.SUPPLY_PACT, mark, "signed"


def _nearest(sentence: Sentence, mark: Mark, tags: tuple[str, ...], reach: int) -> Mark | None:
    near = [other for other in sentence.marks if other.tag in tags and distance(mark, other) <= reach]
    return min(near, key=lambda other: distance(mark, other), default=None)


def _features(mine: Kind, sentence: Sentence, anchor: Mark, how: str, stretch: int) -> Iterator[tuple[str, float]]:
    """Give what speaks for and against this clause, by name."""
    yield f"anchor {how}", 1.0
    for mark in sentence.marks:
        group = mark.tag.partition(".")[0]
        if group in ("op", "cue", "alike"):
            yield from _around(mark, anchor, stretch)
        elif mark.tag == "date.old" and sentence.having(*_LETTING_GO):
            yield "date.old of what is undone", 1.0
        elif group in SETTING_GROUPS or mark.tag in SETTING_TAGS:
            yield f"{mark.tag} here", 1.0
    others = (tag for tag, (kind, _) in _ALONE.items() if kind is not mine)
    yield from ((f"beside {tag}", 1.0) for tag in others if sentence.having(tag))
    yield from ((name, 1.0) for name, holds in _setting(sentence) if holds)
    if not _nearest(sentence, anchor, OPERATOR_TAGS, NEAR_WORDS * stretch):
        yield "no verb near", 1.0


def _setting(sentence: Sentence) -> Iterator[tuple[str, bool]]:
    parties = {mark.value for mark in sentence.having(*PARTY_TAGS)}
    yield "actor here", bool(parties or sentence.having("actor.office"))
    yield "two parties here", len(parties) > 1
    yield "title", sentence.title
    yield "one of several bare lines", sentence.bare


def _around(mark: Mark, anchor: Mark, stretch: int) -> Iterator[tuple[str, float]]:
    yield f"{mark.tag} here", 1.0
    if distance(anchor, mark) <= NEAR_WORDS * stretch:
        yield f"{mark.tag} near", 1.0
        if mark.last < anchor.word:
            yield f"{mark.tag} before", 1.0
        if mark.last < anchor.word and distance(anchor, mark) <= CLOSE_WORDS * stretch:
            yield f"{mark.tag} just before", 1.0
