"""Which measure does a detection belong to, and why (pure).

Vetoes come first. What is left is scored by facts that need no language: issuers, targets, goods, names, instrument,
dates, stage and time. A report is compared with the founding report of a measure, completed by what several voices
confirmed, never with an average that moves with each report: chains of likenesses would lead from one act to the next.
Opening a measure is a decision of its own, and says in which facts the nearest one differs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.detection import Detection, Kind, Stage
from services.alert.facts import (
    Pace,
    Roles,
    Weighed,
    in_roles_of,
    names_of,
    weigh_article,
    weigh_effective,
    weigh_goods,
    weigh_instrument,
    weigh_issuers,
    weigh_names,
    weigh_targets,
    weigh_time,
)
from services.alert.known import KnownMeasure
from services.alert.moments import SLACK, Distance, distance, is_dated, phase, reported_at
from services.alert.vetoes import vetoes

ENOUGH = 6
"""Points from which two are one act: the same issuer on the same days, or more facts on days further apart."""


@dataclass(frozen=True)
class Merged:
    """It reports a known measure."""

    measure_id: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Opened:
    """It is the first report of a new measure; `differs` are the facts that keep it from the `nearest` one."""

    because: tuple[str, ...]
    nearest: str | None = None
    differs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ignored:
    """It says too little to be anything."""

    because: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """One candidate: its points, or None where a veto excludes it, and every fact that was weighed."""

    measure: KnownMeasure
    points: int | None
    weighed: tuple[Weighed, ...]
    away: timedelta | None = timedelta.max
    """From the founding report, None where the report has no date: of two that fit as well, the nearer one."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every fact that spoke for or against, in words."""
        return tuple(str(weighed) for weighed in self.weighed)


def correlate(detection: Detection, candidates: Sequence[KnownMeasure], now: datetime) -> Merged | Opened | Ignored:
    """Decide which of the candidates the detection reports, if any; the order of candidates does not matter."""
    if not (detection.issuers or detection.targets or detection.entities or detection.instrument):
        return Ignored(("it names no issuer, target, company or act",))
    at = reported_at(detection, now)
    compared = sorted((compare(detection, candidate, at) for candidate in candidates), key=_best_first)
    best = compared[0] if compared else None
    if best and best.points is not None and best.points >= ENOUGH:
        return Merged(best.measure.id, best.reasons)
    return _opened(best, len(compared))


def _opened(nearest: Compared | None, compared: int) -> Opened:
    """Open a measure, and say in what the nearest one differs: a veto, or the facts that speak against it."""
    if nearest is None:
        return Opened(("no measure of this kind by these issuers is near in time",))
    id_ = nearest.measure.id
    if nearest.points is None:
        (veto,) = nearest.weighed
        return Opened(
            (f"none of {compared} fits; the nearest, {id_}, differs in {veto.fact}: {veto}",), id_, (veto.fact,)
        )
    differs = tuple(weighed.fact for weighed in nearest.weighed if weighed.points < 0)
    lacking = f"differs in {', '.join(differs)}" if differs else "has too little in common"
    said = f"the nearest, {id_}, {lacking}: {nearest.points} of {ENOUGH} points"
    return Opened((said, *nearest.reasons), id_, differs)


def compare(detection: Detection, measure: KnownMeasure, at: datetime) -> Compared:
    """Compare one report with one measure."""
    founding = measure.founding
    # Where the founding report names no target and this one neither, what a third one named does not matter.
    targets = founding.targets or (measure.targets if detection.targets else ())
    theirs = Roles(founding.issuers or measure.issuers, targets)
    ours = in_roles_of(detection.kind, Roles(detection.issuers, detection.targets), theirs)
    theirs = in_roles_of(detection.kind, theirs, ours)
    moment = distance(detection, measure, at)
    away = abs(at - measure.first_reported_at) if is_dated(detection) else None
    veto = next(vetoes(detection, measure, ours, theirs, moment), None)
    told: list[Weighed] = []
    if veto is None:
        for weighed in _weigh(detection, measure, ours, theirs, moment):
            if weighed.veto:
                veto = weighed
                break
            if weighed.points:
                told.append(weighed)
    if veto is not None:
        return Compared(measure, None, (veto,), away)
    return Compared(measure, sum(weighed.points for weighed in told), tuple(told), away)


def _weigh(
    detection: Detection, measure: KnownMeasure, ours: Roles, theirs: Roles, moment: Distance
) -> Iterator[Weighed]:
    """Weigh fact after fact, against what the founding report said and what the measure's reports confirmed."""
    kind, founding = detection.kind, measure.founding
    planned = Stage.PROPOSED in {detection.stage, founding.stage}
    yield weigh_issuers(kind, ours.issuers, theirs.issuers, planned=planned)
    number = weigh_instrument(detection, measure)
    names = weigh_names(detection.entities, names_of(measure))
    yield number
    certain = number.points >= CERTAIN or names.points >= CERTAIN
    yield weigh_time(moment, _pace(detection, measure), certain=certain)
    yield names
    yield weigh_targets(kind, ours.targets, theirs.targets)
    # What a pact is about is often settled only after the first word of it; its parties keep it from drifting.
    confirmed = measure.commodities if kind is Kind.SUPPLY_PACT or not founding.commodities else ()
    goods = (founding.commodities, confirmed)
    yield max(
        (weigh_goods(kind, detection.commodities, known) for known in goods if known), key=_points, default=NO_GOODS
    )
    yield weigh_effective(detection.effective_on, founding.effective_on or measure.effective_on)
    yield weigh_article(detection, measure)


NO_GOODS = Weighed("goods", 0, "goods not named on one side")
CERTAIN = 3
"""Points from which a name or a number alone tells which of many similar acts it is."""


def _points(weighed: Weighed) -> int:
    return weighed.points


def _pace(detection: Detection, measure: KnownMeasure) -> Pace:
    """Return how fast acts of this sort follow each other: sanctions on one country do, easings of them do not."""
    phases = {phase(detection.stage), phase(measure.stage)}
    if detection.kind is Kind.SANCTION and phase(Stage.EASED) not in phases:
        return Pace.DENSE
    talks = detection.kind is Kind.SUPPLY_PACT and detection.stage is Stage.PROPOSED
    return Pace.SLOW if talks else Pace.USUAL


def _best_first(compared: Compared) -> tuple[bool, int, int, int, timedelta, str]:
    """Order candidates: more points first; then the nearer; of the same days, or without a date, the more told of."""
    away = timedelta.max if compared.away is None else compared.away
    told_of = len(compared.measure.support)
    return compared.points is None, -(compared.points or 0), away // SLACK, -told_of, away, compared.measure.id
