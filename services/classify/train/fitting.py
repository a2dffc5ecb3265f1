"""All weights from labelled texts: first the parts of an act, then whether there is one, then how sure that is."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from schemas.detection import Kind
from services.classify.train import examples
from services.classify.train.examples import Seen
from services.classify.train.folds import FOLDS, fold_of
from services.classify.train.logistic import Example, fit
from services.classify.weights import Row, Weights, total

PRIOR = Path(__file__).parent / "prior.json"
"""The hand-set weights from which learning starts."""
PULL = 12.0
"""How strongly what is learned is drawn to the hand-set weights, where nothing else is said."""
FIRM_PULL = 40.0
"""For roles, where the hand-set weights know grammar and the texts are few."""
STANDING_ASIDE = ("supporting clause", "clause of the body", "bias", "aside_before close", "aside_after")
"""What keeps a country that is only named from counting as one that acts or is hit."""
KINDS = tuple(kind.value for kind in Kind)
ROUNDS_OF_PARTS = 60
LEAN = 0.4
"""Added to a logit that is told from 0 on: F1 is best with a threshold of half of what it reaches (Lipton, Elkan and
Naryanaswamy 2014), about 0.4, and so it is on folds."""


def prior() -> Weights:
    """Return the hand-set weights."""
    return Weights.model_validate_json(PRIOR.read_bytes())


def learn(seen: Sequence[Seen], start: Weights) -> Weights:
    """Return weights learned from these texts, calibrated on folds of them."""
    parts = learn_parts(seen, start)
    scored = [
        (kind, total(weights.detect[kind], example.features), example.right)
        for fold in range(FOLDS)
        for weights in [learn_detection([one for one in seen if fold_of(one.text) != fold], parts)]
        for one in seen
        if fold_of(one.text) == fold
        for kind, example in examples.detect_examples(examples.match(one, weights))
    ]
    final = learn_detection(seen, parts)
    return final.model_copy(update={"calibration": {kind: _calibrated(kind, scored) for kind in KINDS}})


def learn_parts(seen: Sequence[Seen], start: Weights) -> Weights:
    """Learn stages, parties and goods on the candidates that tell a labelled measure."""
    found = [matched for one in seen for matched in examples.match(one, start)]
    return start.model_copy(
        update={
            "version": "learned",
            "stage": _rows(examples.stage_examples(found), start.stage, FIRM_PULL, shared=False),
            "issuer": _guarded(_rows(examples.party_examples(found, hit=False), start.issuer, FIRM_PULL), start.issuer),
            "target": _leaning(
                _guarded(_rows(examples.party_examples(found, hit=True), start.target, FIRM_PULL), start.target)
            ),
            "good": _leaning(_rows(examples.good_examples(found), start.good)),
        }
    )


def learn_detection(seen: Sequence[Seen], parts: Weights) -> Weights:
    """Learn whether a candidate tells an act as news."""
    given = [example for one in seen for example in examples.detect_examples(examples.match(one, parts))]
    return parts.model_copy(update={"detect": _rows(given, parts.detect)})


def _guarded(learned: dict[str, Row], start: dict[str, Row]) -> dict[str, Row]:
    """Keep what the hand-set weights hold against countries that stand aside: the texts to learn from are short."""
    return {
        kind: {name: min(w, start[kind].get(name, w)) if name in STANDING_ASIDE else w for name, w in row.items()}
        for kind, row in learned.items()
    }


def _leaning(learned: dict[str, Row]) -> dict[str, Row]:
    return {kind: {**row, "bias": round(row.get("bias", 0.0) + LEAN, 4)} for kind, row in learned.items()}


def _rows(
    given: Iterable[tuple[str, Example]], start: dict[str, Row], pull: float = PULL, *, shared: bool = True
) -> dict[str, Row]:
    """Return one row per name; kinds share what they have in common."""
    by_name = list(given)
    if not shared:
        return {name: fit([e for n, e in by_name if n == name], start[name], pull, ROUNDS_OF_PARTS) for name in start}
    both = fit([examples.with_kind(name, e, start[name]) for name, e in by_name], {}, pull)
    return {name: _of_kind(name, row, both) for name, row in start.items()}


def _of_kind(kind: str, row: Row, learned: Row) -> Row:
    own = {name.removeprefix(f"{kind}|"): value for name, value in learned.items() if name.startswith(f"{kind}|")}
    common = {name: value for name, value in learned.items() if "|" not in name}
    names = sorted({*row, *own, *common})
    summed = {name: round(row.get(name, 0.0) + own.get(name, 0.0) + common.get(name, 0.0), 4) for name in names}
    return {name: value for name, value in summed.items() if value}


def _calibrated(kind: str, scored: Sequence[tuple[str, float, bool]]) -> tuple[float, float]:
    """Return slope and offset (Platt) of the logits on texts that the weights had not seen."""
    some = [Example({"slope": logit}, right) for name, logit, right in scored if name == kind]
    row = fit(some, {"slope": 1.0}, 1.0, 300)
    return row.get("slope", 1.0), round(row.get("bias", 0.0) + LEAN, 4)
