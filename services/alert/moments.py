"""When a report speaks, and how its stage stands to the stages a measure has gone through (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.detection import Detection, Stage
from services.alert.known import KnownMeasure, Milestone

SLACK = timedelta(days=3)
"""Papers of one week call the same act adopted or expanded, eased or ended, and date it a day apart."""
ECHO_DAYS = 14
"""So long after a stage a report of an earlier one still echoes it; later it tells of something new."""
LONGEST_STAGE_DAYS = 1100
"""So long, three years, a stage may stand before the next one of the same act."""


class Relation(StrEnum):
    """How a report's stage stands to a measure's life."""

    SAME = "the same stage"
    PROGRESS = "a later stage"
    LATE = "a late report of an earlier stage"
    AGAIN = "an earlier stage, but reported afterwards"
    BEFORE = "a later stage, but reported before"


@dataclass(frozen=True)
class Distance:
    """`days` from the moment in the measure's life that the report speaks of; None where no date is known."""

    relation: Relation
    days: float | None


def reported_at(detection: Detection, now: datetime) -> datetime:
    """Return when the report was made: published, else fetched, and never in the future (some feeds lie)."""
    article = detection.article
    return min(article.published_at or article.fetched_at or now, now)


def is_dated(detection: Detection) -> bool:
    """Tell whether a report's time is known. What a service fetched always has one; a file of old news may not."""
    return (detection.article.published_at or detection.article.fetched_at) is not None


_PHASES = {Stage.PROPOSED: 0, Stage.ADOPTED: 1, Stage.EXPANDED: 1, Stage.EASED: 2, Stage.ENDED: 2}


def phase(stage: Stage) -> int:
    """Return 0 while an act is only proposed, 1 while it stands, 2 once it was eased or ended."""
    return _PHASES[stage]


def distance(detection: Detection, measure: KnownMeasure, at: datetime) -> Distance:
    """Return where in the measure's life this report belongs, and how far it lies from there.

    A second word of one phase, expanded or ended, is a further step where it comes later than an echo would. Just after
    a later stage, a report of an earlier one is an echo: a slow paper, or a reader's slip in the stage.
    """
    stage = phase(detection.stage)
    same = [m for m in measure.milestones if phase(m.stage) == stage]
    current = measure.milestones[-1]
    days = _days_to(detection, at, current)
    echo = stage < phase(current.stage) and days is not None and at > current.at + SLACK and days <= ECHO_DAYS
    if _is_further(detection.stage, current.stage) and days is not None and at > current.at and days > ECHO_DAYS:
        return Distance(Relation.PROGRESS, days)
    if same:
        known = [days for m in same if (days := _days_to(detection, at, m)) is not None]
        return Distance(Relation.SAME, min([*known, days] if echo and days is not None else known, default=None))
    if echo:
        return Distance(Relation.LATE, days)
    if stage > phase(current.stage):
        on_time = days is None or at >= current.at - SLACK
        return Distance(Relation.PROGRESS if on_time else Relation.BEFORE, days)
    if days is None or at <= current.at + SLACK:
        return Distance(Relation.LATE, days and max(0.0, (measure.milestones[0].at - at) / timedelta(days=1)))
    return Distance(Relation.AGAIN, days)


def _is_further(stage: Stage, standing: Stage) -> bool:
    """Tell whether this is the second word of the phase that stands: expanded again, or ended after eased."""
    if phase(stage) != phase(standing) or stage not in {Stage.EXPANDED, Stage.ENDED}:
        return False
    return stage is Stage.EXPANDED or standing is not stage


def _days_to(detection: Detection, at: datetime, milestone: Milestone) -> float | None:
    return abs(at - milestone.at) / timedelta(days=1) if is_dated(detection) and milestone.dated else None
