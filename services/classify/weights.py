"""The weights of every decision, read once from `weights.json`: a name, a number, nothing hidden."""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).parent / "weights.json"
Row = dict[str, float]


class Weights(BaseModel):
    """What each named feature counts. A feature that is not listed counts nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    detect: dict[str, Row]
    """Kind -> feature -> weight; `bias` is added always. The sum is the logit that the text reports such an act."""
    stage: dict[str, Row]
    """Stage -> feature -> weight; the highest sum wins."""
    issuer: dict[str, Row]
    """Kind -> feature of a mention -> weight; above 0 the mention is an issuer or party."""
    target: dict[str, Row]
    good: dict[str, Row]
    calibration: dict[str, tuple[float, float]]
    """Kind -> (slope, offset) of the logit, so that confidence means what it says."""


@cache
def weights() -> Weights:
    """Return the shipped weights."""
    return Weights.model_validate_json(FILE.read_bytes())


def total(row: Mapping[str, float], features: Mapping[str, float]) -> float:
    """Return bias plus weights times features."""
    sum_ = row.get("bias", 0.0)
    for name, value in features.items():
        if name in row:
            sum_ += row[name] * value
    return sum_


def confidence(logit: float, calibration: tuple[float, float]) -> float:
    """Return the calibrated probability, rounded so that every machine writes the same digits."""
    slope, offset = calibration
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, slope * logit + offset)))), 4)


def reasons(row: Mapping[str, float], features: Mapping[str, float], most: int = 12) -> tuple[str, ...]:
    """Return what counted, strongest first, for example `+1.5 act named in the title`."""
    parts = [(row.get(name, 0.0) * value, name) for name, value in features.items()]
    told = sorted(((part, name) for part, name in parts if part), key=lambda one: (-abs(one[0]), one[1]))
    return tuple(f"{part:+.2f} {name}" for part, name in told[:most])
