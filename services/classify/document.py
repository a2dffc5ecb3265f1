"""The document: of everything its stories may tell, what is its news; one judgement per act."""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.detection import Kind, Stage
from services.classify.candidates import Candidate
from services.classify.goods import Claims, goods
from services.classify.marks import Mark
from services.classify.parties import issuers_and_targets
from services.classify.stages import stage_of
from services.classify.weights import Weights, confidence, reasons, total

LINE = 0.5
"""Calibrated confidence from which on a reading is told."""
LINKS_ONLY = "it stands only in links to other stories"
_GROUP = {Stage.EXPANDED: Stage.ADOPTED, Stage.ENDED: Stage.EASED}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one candidate says, how sure it is, and why."""

    candidate: Candidate
    stage: Stage
    stage_mark: Mark
    issuers: Claims
    targets: Claims
    goods: Claims
    confidence: float
    features: Mapping[str, float]
    row: Mapping[str, float]
    """What each feature counts for this kind."""
    told_by: str | None = None
    """Why it is not told although it is sure enough, for example because a stronger one tells the same act."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """What spoke for and against it, strongest first."""
        return reasons(self.row, self.features)

    @property
    def told(self) -> bool:
        """Whether the article reports it."""
        return self.told_by is None and self.confidence >= LINE


def judge(candidate: Candidate, weights: Weights) -> Judgement:
    """Return what this candidate says and how sure it is."""
    kind = candidate.kind.value
    stage, mark = stage_of(candidate, weights)
    issuers, targets = issuers_and_targets(candidate, weights)
    features = {**candidate.features, **_outcome(stage, issuers, targets)}
    row = weights.detect[kind]
    sure = confidence(total(row, features), weights.calibration[kind])
    named = goods(candidate, weights)
    linked = LINKS_ONLY if all(clause.sentence.bare for clause in candidate.clauses) else None
    return Judgement(candidate, stage, mark, issuers, targets, named, sure, features, row, linked)


def _outcome(stage: Stage, issuers: Claims, targets: Claims) -> dict[str, float]:
    features = {f"stage {stage.value}": 1.0}
    if not issuers:
        features["no issuer"] = 1.0
    if len(issuers) > 1:
        features["several issuers"] = 1.0
    if len(issuers) == 1:
        features["one party only"] = 1.0
    if targets:
        features["a target"] = 1.0
    return features


def settle(judgements: list[Judgement]) -> list[Judgement]:
    """Order by strength and let the strongest of those that tell the same act stand for all."""
    settled: list[Judgement] = []
    for judgement in sorted(judgements, key=_strength):
        same = next((other for other in settled if other.told and _same_act(other, judgement)), None)
        settled.append(judgement if same is None or not judgement.told else _standing_back(judgement))
    return settled


def _strength(judgement: Judgement) -> tuple[float, int, str, int]:
    best = judgement.candidate.best
    return (
        -judgement.confidence,
        not judgement.candidate.scene.main,
        judgement.candidate.kind.value,
        best.anchor.start,
    )


def _same_act(one: Judgement, other: Judgement) -> bool:
    if one.candidate.kind is not other.candidate.kind:
        return False
    if _GROUP.get(one.stage, one.stage) != _GROUP.get(other.stage, other.stage):
        return False
    return _compatible(one, other)


def _compatible(one: Judgement, other: Judgement) -> bool:
    """Tell whether the same act can have these issuers; a pact with another partner is another pact."""
    mine, theirs = one.issuers.keys(), other.issuers.keys()
    if not mine or not theirs:
        return True
    if one.candidate.kind is Kind.SUPPLY_PACT:
        return mine <= theirs or theirs <= mine
    return bool(mine & theirs)


def _standing_back(judgement: Judgement) -> Judgement:
    return Judgement(
        **{name: getattr(judgement, name) for name in Judgement.__slots__ if name != "told_by"},
        told_by="the same act is told more clearly elsewhere in the text",
    )
