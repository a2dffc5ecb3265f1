"""The stage of an act: proposed, adopted, expanded, eased or ended, from the verbs around it."""

from collections.abc import Iterator

from schemas.detection import Stage
from services.classify.candidates import Candidate
from services.classify.clauses import Clause, distance
from services.classify.marks import Mark
from services.classify.weights import Weights, total

STAGE_TAGS = (
    "op.impose",
    "op.expand",
    "op.ease",
    "op.end",
    "op.sign",
    "op.propose",
    "op.effect",
    "cue.condition",
    "cue.modal",
    "cue.negation",
)


def stage_of(candidate: Candidate, weights: Weights) -> tuple[Stage, Mark]:
    """Return the stage and the words that show it."""
    features = dict(stage_features(candidate))
    ranked = sorted(Stage, key=lambda stage: -total(weights.stage[stage.value], features))
    return ranked[0], _shown_by(candidate, ranked[0])


def stage_features(candidate: Candidate) -> Iterator[tuple[str, float]]:
    """Give what the verbs say: nearest to the act, elsewhere in its sentence, in the title."""
    best = candidate.best
    nearest: dict[str, float] = {}
    for mark in best.sentence.having(*STAGE_TAGS):
        closeness = 1.0 / (1.0 + distance(mark, best.anchor) / (4 * candidate.scene.grammar.stretch))
        nearest[mark.tag] = max(nearest.get(mark.tag, 0.0), round(closeness, 4))
    yield from ((f"{tag} near", value) for tag, value in nearest.items())
    for clause in candidate.clauses[1:4]:
        yield from _supporting(clause)
    yield candidate.kind.value, 1.0


def _supporting(clause: Clause) -> Iterator[tuple[str, float]]:
    where = "title" if clause.sentence.title else "lead" if clause.lead else "body"
    for mark in clause.sentence.having(*STAGE_TAGS):
        yield f"{mark.tag} in the {where}", 1.0


_SHOWN = {
    Stage.PROPOSED: ("op.propose", "cue.condition"),
    Stage.ADOPTED: ("op.sign", "op.impose", "op.effect"),
    Stage.EXPANDED: ("op.expand",),
    Stage.EASED: ("op.ease", "op.end"),
    Stage.ENDED: ("op.end", "op.ease"),
}


def _shown_by(candidate: Candidate, stage: Stage) -> Mark:
    for clause in candidate.clauses:
        shown = clause.sentence.having(*_SHOWN[stage])
        if shown:
            return min(shown, key=lambda mark: (distance(mark, clause.anchor), mark.start))
    return candidate.best.anchor
