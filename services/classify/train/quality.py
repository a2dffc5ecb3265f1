"""How well labelled texts are read: F1 by language and kind, stages, parties, goods, calibration."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from services.classify import document
from services.classify.document import Judgement
from services.classify.stages import GROUPS
from services.classify.train import examples, fitting
from services.classify.train.examples import Seen
from services.classify.train.folds import FOLDS, fold_of
from services.classify.train.labelled import Gold
from services.classify.weights import Weights

Told = tuple[Seen, Sequence[Judgement]]
BINS = 10


def by_folds(seen: Sequence[Seen]) -> list[Told]:
    """Read each text with weights learned from the folds that it is not in."""
    result: list[Told] = []
    for fold in range(FOLDS):
        learned = fitting.learn([one for one in seen if fold_of(one.text) != fold], fitting.prior())
        result += told([one for one in seen if fold_of(one.text) == fold], learned)
    return result


def told(seen: Iterable[Seen], weights: Weights) -> list[Told]:
    """Read each text with these weights, as the service would."""
    return [(one, [j for j in document.settle(examples.judged(one, weights)) if j.told]) for one in seen]


def table(read: Sequence[Told]) -> str:
    """Return the figures as text: one line for all, each language, each kind; then the parts and the calibration."""
    counts: dict[str, Counter[str]] = {}
    for seen, judgements in read:
        for gold, judgement in examples.paired(judgements, seen.text.measures):
            kind = judgement.candidate.kind.value if judgement else gold.kind.value if gold else ""
            outcome = "hit" if gold and judgement else "false" if judgement else "missed"
            for name in ("all", seen.text.lang, kind):
                counts.setdefault(name, Counter())[outcome] += 1
            if gold and judgement:
                _count_parts(counts, gold, judgement)
    lines = [f"{name:16} {_figures(count)}" for name, count in sorted(counts.items())]
    return "\n".join([*lines, f"calibration error {_calibration_error(read):.3f}", ""])


def _count_parts(counts: dict[str, Counter[str]], gold: Gold, judgement: Judgement) -> None:
    right = judgement.stage in GROUPS[gold.stage]
    counts.setdefault("stage", Counter())["hit" if right else "missed"] += 1
    if not right:
        counts["stage"]["false"] += 1
    for name, want, got in (
        ("issuers", gold.issuers, judgement.issuers.keys()),
        ("targets", gold.targets, judgement.targets.keys()),
        ("goods", gold.goods, judgement.goods.keys()),
    ):
        counts.setdefault(name, Counter()).update(hit=len(want & got), false=len(got - want), missed=len(want - got))


def _figures(count: Mapping[str, int]) -> str:
    hit, false, missed = (count.get(name, 0) for name in ("hit", "false", "missed"))
    precision, recall = hit / (hit + false or 1), hit / (hit + missed or 1)
    both = 2 * hit / (2 * hit + false + missed or 1)
    return (
        f"precision {precision:.3f}  recall {recall:.3f}  F1 {both:.3f}  ({hit} right, {false} false, {missed} missed)"
    )


def _calibration_error(read: Sequence[Told]) -> float:
    """Return the mean gap between confidence and share of right ones, over ten bins of what is told."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for seen, judgements in read:
        for gold, judgement in examples.paired(judgements, seen.text.measures):
            if judgement is not None:
                bins[min(int(judgement.confidence * BINS), BINS - 1)].append((judgement.confidence, gold is not None))
    total = sum(map(len, bins)) or 1
    return sum(abs(sum(c for c, _ in some) - sum(right for _, right in some)) for some in bins) / total
