"""Which measure does a detection belong to, and why (pure).

Vetoes come first: another kind, other issuers, another number in the same series of acts, a date that cannot be. What
is left is scored by facts that need no language: issuers, targets, goods, names, instrument, stage and time. A report
is compared with the founding report of a measure, completed by what that one lacked, never with an average that
moves with each report: chains of likenesses would lead from one act to the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.detection import Detection, Stage
from services.alert.facts import (
    Weighed,
    instruments_of,
    is_dense,
    names_of,
    weigh_article,
    weigh_entities,
    weigh_goods,
    weigh_instrument,
    weigh_issuers,
    weigh_targets,
    weigh_time,
)
from services.alert.known import KnownMeasure
from services.alert.moments import distance, phase, reported_at

ENOUGH = 6
"""Points from which two are one act: the same issuer on the same days, or more facts on days further apart."""


@dataclass(frozen=True)
class Merged:
    """It reports a known measure."""

    measure_id: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """It is the first report of a new measure."""

    because: tuple[str, ...]


@dataclass(frozen=True)
class Ignored:
    """It says too little to be anything."""

    because: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One candidate: its points, or None where a veto excludes it, and every reason."""

    measure: KnownMeasure
    points: int | None
    weighed: tuple[Weighed, ...]
    away: timedelta = timedelta.max
    """From the founding report: of two that fit as well, the nearer one."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every fact that spoke for or against, in words."""
        return tuple(str(weighed) for weighed in self.weighed)


def correlate(detection: Detection, candidates: Sequence[KnownMeasure], now: datetime) -> Merged | Opened | Ignored:
    """Decide which of the candidates the detection reports, if any; the order of candidates does not matter."""
    if not (detection.issuers or detection.targets or detection.entities or detection.instrument):
        return Ignored(("it names no issuer, target, company or act",))
    at = reported_at(detection, now)
    compared = [compare(detection, candidate, at) for candidate in candidates]
    ranked = sorted((c for c in compared if c.points is not None), key=_nearest_first)
    if ranked and ranked[0].points is not None and ranked[0].points >= ENOUGH:
        return Merged(ranked[0].measure.id, ranked[0].reasons)
    if ranked:
        nearest = ranked[0]
        return Opened((f"the nearest, {nearest.measure.id}, has {nearest.points} of {ENOUGH} points", *nearest.reasons))
    if compared:
        vetoed = min(compared, key=lambda c: c.measure.id)
        return Opened((f"none of {len(compared)} fits; {vetoed.measure.id}: {vetoed.reasons[-1]}",))
    return Opened(("no measure of this kind by these issuers is near in time",))


def compare(detection: Detection, measure: KnownMeasure, at: datetime) -> Compared:
    """Compare one report with one measure."""
    told: list[Weighed] = []
    points = 0
    for weighed in _weigh(detection, measure, at):
        if weighed.veto:
            return Compared(measure, None, (weighed,))
        points += weighed.points
        if weighed.points:
            told.append(weighed)
    return Compared(measure, points, tuple(told), abs(at - measure.first_reported_at))


def _weigh(detection: Detection, measure: KnownMeasure, at: datetime) -> Iterator[Weighed]:
    """Weigh fact after fact: first what excludes most and costs least."""
    kind, founding = detection.kind, measure.founding
    if measure.kind is not kind:
        yield Weighed(0, "another kind: {}", (measure.kind.value,), veto=True)
    planned = detection.stage is Stage.PROPOSED
    yield weigh_issuers(kind, detection.issuers, founding.issuers or measure.issuers, planned=planned)
    away = distance(detection, measure, at)
    if (too_far := weigh_time(away, dense=False, certain=True)).veto:
        yield too_far
    number = weigh_instrument(detection.instrument, instruments_of(measure))
    yield number
    if _told_apart_by_its_article(detection, measure):
        yield Weighed(0, "one article tells an act and the easing of another", veto=True)
    names = weigh_entities(detection.entities, names_of(measure))
    certain = number.points > 0 or names.points > 0
    yield weigh_time(away, dense=is_dense(kind, detection.stage), certain=certain)
    yield names
    yield weigh_targets(kind, detection.targets, founding.targets or measure.targets)
    yield weigh_goods(kind, detection.commodities, founding.commodities or measure.commodities)
    yield weigh_article(detection, measure)


def _told_apart_by_its_article(detection: Detection, measure: KnownMeasure) -> bool:
    """Tell whether the same text founded the measure in another phase: a ban lifted for quotas is two measures."""
    founding = measure.founding
    same_text = (founding.article.id, founding.article.revision) == (detection.article.id, detection.article.revision)
    return same_text and founding.id != detection.id and phase(founding.stage) != phase(detection.stage)


def _nearest_first(compared: Compared) -> tuple[int, timedelta, str]:
    return -(compared.points or 0), compared.away, compared.measure.id
