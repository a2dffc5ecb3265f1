"""Logistic regression over named features, in plain Python: small data, no dependency, the same digits everywhere.

Accelerated gradient descent with a step per feature that cannot overshoot (the logistic loss bends at most a quarter
as much as the squares of its features: Böhning and Lindsay 1988). Weights are drawn towards a prior, not to nothing:
with few texts the hand-set weights speak, with many the texts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.classify.weights import Row

ROUNDS = 120
DIGITS = 4
_LARGEST = 30.0


@dataclass(frozen=True, slots=True)
class Example:
    """What was seen, and whether it was so."""

    features: Mapping[str, float]
    right: bool
    weight: float = 1.0
    offset: float = 0.0
    """What is already known of the logit, and not learned."""


def fit(examples: Sequence[Example], prior: Row, pull: float, rounds: int = ROUNDS) -> Row:
    """Return weights by feature name, `bias` among them; `pull` is how strongly the prior draws."""
    names = sorted({name for example in examples for name in example.features} | set(prior) | {"bias"})
    place = {name: i for i, name in enumerate(names)}
    rows = [[(place["bias"], 1.0), *((place[n], v) for n, v in sorted(e.features.items()))] for e in examples]
    home = [prior.get(name, 0.0) for name in names]
    steps = _steps(rows, [e.weight for e in examples], len(names), pull)
    weights, ahead = list(home), list(home)
    momentum = 1.0
    for _ in range(rounds):
        gradient = [pull * (w - h) for w, h in zip(ahead, home, strict=True)]
        for row, example in zip(rows, examples, strict=True):
            miss = example.weight * (_probability(example.offset + sum(ahead[i] * v for i, v in row)) - example.right)
            for i, v in row:
                gradient[i] += miss * v
        moved = [w - s * g for w, s, g in zip(ahead, steps, gradient, strict=True)]
        following = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        push = (momentum - 1) / following
        ahead = [new + push * (new - old) for new, old in zip(moved, weights, strict=True)]
        weights, momentum = moved, following
    return {name: w for name in names if (w := round(weights[place[name]], DIGITS))}


def _steps(
    rows: Sequence[Sequence[tuple[int, float]]], weights: Sequence[float], size: int, pull: float
) -> list[float]:
    bend = [pull] * size
    for row, weight in zip(rows, weights, strict=True):
        total = sum(abs(v) for _, v in row)
        for i, v in row:
            bend[i] += 0.25 * weight * abs(v) * total
    return [1 / b for b in bend]


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-_LARGEST, min(_LARGEST, logit))))
