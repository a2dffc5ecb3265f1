"""From labelled texts to examples of every decision: what was seen at a candidate or a mention, and what was so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.classify import document, parties
from services.classify.candidates import Candidate, Scene, candidates
from services.classify.clauses import clauses
from services.classify.document import Judgement
from services.classify.goods import good_mentions
from services.classify.reader import scenes_of
from services.classify.segments import Story, lay_out
from services.classify.stages import stage_features
from services.classify.train.labelled import Gold, Labelled
from services.classify.train.logistic import Example
from services.classify.weights import Weights

ACTS_THAT_WEIGH = 2.0
"""A text with more candidates than these weighs as one with so many."""
Scenes = Sequence[tuple[Story, Scene]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A labelled text, read as far as no weight is needed."""

    text: Labelled
    scenes: Scenes


@dataclass(frozen=True, slots=True)
class Matched:
    """One judgement on a labelled text, and the measure it tells, if any."""

    judgement: Judgement
    gold: Gold | None


def look(texts: Iterable[Labelled]) -> list[Seen]:
    """Read each text as far as no weight is needed; the gate keeps out what it keeps out."""
    return [Seen(text, scenes_of(lay_out(text.article)) or ()) for text in texts]


def judged(seen: Seen, weights: Weights) -> list[Judgement]:
    """Return every candidate of a text, judged with these weights."""
    return [document.judge(one, weights) for one in _candidates(seen.scenes, weights)]


def match(seen: Seen, weights: Weights) -> list[Matched]:
    """Return every candidate of a text with the measure it tells, as the scoring pairs them."""
    pairs = paired(judged(seen, weights), seen.text.measures)
    return [Matched(judgement, gold) for gold, judgement in pairs if judgement is not None]


def paired(judgements: Sequence[Judgement], golds: Sequence[Gold]) -> Iterator[tuple[Gold | None, Judgement | None]]:
    """Pair judgements and measures of one kind, the likest first; what is left over stands alone."""
    free = dict(enumerate(golds))
    found: dict[int, Gold] = {}
    for _, i, g in sorted(_pairs(judgements, golds), key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in found and g in free:
            found[i] = free.pop(g)
    yield from ((found.get(i), judgement) for i, judgement in enumerate(judgements))
    yield from ((gold, None) for gold in free.values())


def _candidates(scenes: Scenes, weights: Weights) -> Iterator[Candidate]:
    for _, scene in scenes:
        yield from candidates(clauses(list(scene.sentences), scene.grammar.stretch), scene, weights)


def _pairs(judgements: Sequence[Judgement], golds: Sequence[Gold]) -> Iterator[tuple[float, int, int]]:
    for i, judgement in enumerate(judgements):
        for g, gold in enumerate(golds):
            if judgement.candidate.kind is gold.kind:
                yield _likeness(judgement, gold), i, g


def _likeness(judgement: Judgement, gold: Gold) -> float:
    """Prefer the right parties, then the surer reading."""
    issuers = len(gold.issuers & judgement.issuers.keys()) * 2
    return 1 + issuers + len(gold.targets & judgement.targets.keys()) + judgement.confidence


def detect_examples(found: Sequence[Matched]) -> Iterator[tuple[str, Example]]:
    """Give kind and example: whether this text reports such an act.

    A long text with many old acts weighs no more than a short one with two.
    """
    weight = min(1.0, ACTS_THAT_WEIGH / max(len(found), 1))
    for one in found:
        yield one.judgement.candidate.kind.value, Example(one.judgement.features, one.gold is not None, weight)


def stage_examples(found: Iterable[Matched]) -> Iterator[tuple[str, Example]]:
    """Give for each stage group an example: whether it is this one."""
    for one in found:
        if one.gold is not None:
            features = dict(stage_features(one.judgement.candidate))
            for group in ("proposed", "new", "eased"):
                yield group, Example(features, one.gold.stage == group)


def party_examples(found: Iterable[Matched], *, hit: bool) -> Iterator[tuple[str, Example]]:
    """Give kind and example for every mention of a country: whether it acts, or is hit."""
    for one in found:
        if one.gold is not None:
            right = one.gold.targets if hit else one.gold.issuers
            candidate = one.judgement.candidate
            asked = candidate.clauses[: parties.CLAUSES_ASKED]
            for _, code, features in parties.weighed_mentions(candidate, asked):
                yield one.gold.kind.value, Example(features, code in right)


def good_examples(found: Iterable[Matched]) -> Iterator[tuple[str, Example]]:
    """Give kind and example for every mention of a good: whether it is one of the act's."""
    for one in found:
        if one.gold is not None:
            goods = one.gold.goods
            for mark, features in good_mentions(one.judgement.candidate):
                yield one.gold.kind.value, Example(features, mark.value in goods)


def with_kind(kind: str, example: Example, prior: Mapping[str, float]) -> Example:
    """Give each feature a second time under its kind, so that kinds share what they have in common."""
    both = dict(example.features)
    both.update({f"{kind}|{name}": value for name, value in example.features.items()})
    both[f"{kind}|bias"] = 1.0
    offset = sum(prior.get(name, 0.0) * value for name, value in example.features.items()) + prior.get("bias", 0.0)
    return replace(example, features=both, offset=offset)
