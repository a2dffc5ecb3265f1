"""Candidates: the clauses of a story that tell one act, with everything that speaks for and against it, by name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemas.detection import Kind
from services.classify.clauses import PARTY_TAGS, Clause
from services.classify.roles import Grammar, Mention, mentions
from services.classify.sentences import Sentence
from services.classify.weights import Weights, total

MOST_PER_KIND = 3
DEEP = 12
"""Sentences from which on all counts as equally deep in the story."""
MANY = 6
"""Clauses from which on an act is told as often as any."""
LENGTHS = (("very short", 300), ("short", 900), ("long", 1_800))
"""A feed item, an agency brief, a report; in characters. Longer ones hold many older acts."""
ASKING = ("?", "\u061f", "\uff1f")
LEAD_ENDS = 3
"""The title, where there is one, and two sentences."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a candidate needs to know of its story."""

    sentences: tuple[Sentence, ...]
    main: bool
    grammar: Grammar
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One act that the story may report."""

    kind: Kind
    clauses: tuple[Clause, ...]
    """The clause that tells it best first, then those that support it."""
    features: dict[str, float]
    scene: Scene

    @property
    def best(self) -> Clause:
        """The clause that tells it best."""
        return self.clauses[0]


def candidates(found: list[Clause], scene: Scene, weights: Weights) -> list[Candidate]:
    """Return the acts a story may report, one for each group of clauses that can be the same act."""
    result = []
    for kind in Kind:
        row = weights.detect[kind.value]
        others = [clause for clause in found if clause.kind is not kind]
        ranked = sorted(
            (clause for clause in found if clause.kind is kind),
            key=lambda c: (-total(row, _clause_features(c)), c.sentence.number, c.anchor.start),
        )
        groups = _groups(ranked, scene, weights)
        for order, group in enumerate(groups):
            features = dict(_all_features(group, ranked, scene, order))
            if order:
                features |= _beside_the_first(group[0], groups[0][0])
            features |= _beside_others(group, others)
            result.append(Candidate(kind, tuple(group), features, scene))
    return result


def _groups(ranked: list[Clause], scene: Scene, weights: Weights) -> list[list[Clause]]:
    """Group clauses of one kind by who acts: other parties than those of the best clause make another act."""
    groups: list[tuple[frozenset[str], list[Clause]]] = []
    for clause in ranked:
        who = acting(clause, scene, weights)
        home = next((group for parties, group in groups if not who or not parties or parties & who), None)
        if home is not None:
            home.append(clause)
        elif len(groups) < MOST_PER_KIND:
            groups.append((who, [clause]))
    return [group for _, group in groups]


def acting(clause: Clause, scene: Scene, weights: Weights) -> frozenset[str]:
    """Return the codes that act in this clause."""
    row = weights.issuer[clause.kind.value]
    return frozenset(mention.code for mention in clause_mentions(clause, scene) if total(row, mention.features) > 0)


def clause_mentions(clause: Clause, scene: Scene) -> list[Mention]:
    """Return the mentions of actors in this clause."""
    return mentions(clause, scene.grammar, scene.text)


def _clause_features(clause: Clause) -> dict[str, float]:
    return {**clause.features, **({"lead": 1.0} if clause.lead else {})}


def _all_features(group: list[Clause], ranked: list[Clause], scene: Scene, order: int) -> Iterator[tuple[str, float]]:
    yield from _clause_features(group[0]).items()
    yield from _story_features(group, scene)
    if order:
        yield "second act of its kind", 1.0
    if len(ranked) > 1:
        yield "told more than once", 1.0


def _story_features(group: list[Clause], scene: Scene) -> Iterator[tuple[str, float]]:
    titles = [sentence for sentence in scene.sentences if sentence.title]
    yield ("main story" if scene.main else "teaser"), 1.0
    depth, length = round(min(group[0].sentence.number, DEEP) / DEEP, 4), _length(scene)
    yield f"{length} story", 1.0
    yield "depth", depth
    yield f"depth in a {length} story", depth
    if any(clause.sentence.title for clause in group):
        yield "act in the title", 1.0
        yield f"act in the title of a {length} story", 1.0
    if any(clause.lead for clause in group):
        yield "act in the lead", 1.0
    yield from _said_in("title", titles)
    if any(scene.text[sentence.start : sentence.end].rstrip().endswith(ASKING) for sentence in titles):
        yield "the title asks", 1.0
    lead = [sentence for sentence in scene.sentences if not sentence.title and sentence.number < LEAD_ENDS]
    yield from _said_in("lead", lead)
    yield "clauses", round(min(len(group), MANY) / MANY, 4)
    topics = _count(scene.sentences, "alike.topics")
    if topics:
        yield "other subject", min(topics, 4) / 2
    for name, tags in (
        ("goods", ("good",)),
        ("market", ("cue.market",)),
        ("history", ("cue.history",)),
        ("opinion", ("cue.opinion",)),
        ("court", ("cue.court",)),
        ("fresh", ("cue.fresh", "date.today")),
    ):
        share = sum(bool(s.having(*tags)) for s in scene.sentences) / max(len(scene.sentences), 1)
        if share:
            yield f"share of {name}", round(share, 4)
    if not any(clause.features.get("actor here") for clause in group):
        yield "nobody acts", 1.0


def _length(scene: Scene) -> str:
    return next((name for name, most in LENGTHS if len(scene.text) <= most), "very long")


def _beside_others(group: list[Clause], others: list[Clause]) -> dict[str, float]:
    """Say where the head of the story tells an act of another kind and this one stands only in its body."""
    headed = any(clause.sentence.title or clause.lead for clause in group)
    told = any(clause.sentence.title for clause in others)
    return {"the title tells another kind": 1.0} if told and not headed else {}


def _beside_the_first(clause: Clause, first: Clause) -> dict[str, float]:
    """Say how a further act of one kind differs from the one that is told best."""
    holds = {
        "in the first one's sentence": clause.sentence.number == first.sentence.number,
        "on the first one's goods": bool(_values(clause, "good") & _values(first, "good")),
        "on other goods than the first": bool(_values(clause, "good") - _values(first, "good")),
        "in its own lead": clause.lead,
        "by none but the first one's parties": _values(clause, *PARTY_TAGS) <= _values(first, *PARTY_TAGS),
    }
    return {name: 1.0 for name, yes in holds.items() if yes}


def _values(clause: Clause, *tags: str) -> set[str]:
    return {mark.value for mark in clause.sentence.having(*tags)}


def _said_in(place: str, some: Iterable[Sentence]) -> Iterator[tuple[str, float]]:
    for tag in sorted({mark.tag for sentence in some for mark in sentence.marks}):
        if tag.startswith(("op.", "cue.", "alike.", "act.", "trade.", "actor.")) or tag in ("good", "instrument"):
            yield f"{place}: {tag}", 1.0


def _count(sentences: Iterable[Sentence], tag: str) -> int:
    return sum(len(sentence.having(tag)) for sentence in sentences)
