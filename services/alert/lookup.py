"""By which keys a report finds the measures it may belong to (pure): an index in the database, a dict in a replay."""

from datetime import datetime, timedelta

from schemas.detection import Detection, Stage
from services.alert.facts import plain
from services.alert.known import KnownMeasure
from services.alert.moments import LONGEST_STAGE_DAYS, SLACK, phase

NEAR = timedelta(days=60)
"""Within this time reports of one stage may lie apart; a slow source may also report what has gone on since."""
FAR = timedelta(days=LONGEST_STAGE_DAYS)
"""An act is adopted, expanded, eased or ended long after the stage before."""
NEAREST_KEPT = 200
NAMES_KEPT = 50
NO_ISSUER = "issuer:-"
KEY_CHARACTERS = 200


def keys_of(measure: KnownMeasure) -> set[str]:
    """Return the keys under which a measure is found."""
    issuers = {*measure.founding.issuers, *measure.issuers}
    return _keys(issuers, measure.targets, measure.entities) | (set() if issuers else {NO_ISSUER})


def keys_for(detection: Detection) -> set[str]:
    """Return the keys under which to look: by issuer, since other issuers exclude; by target and name without one."""
    if detection.issuers:
        return _keys(detection.issuers, (), ()) | {NO_ISSUER}
    return _keys((), detection.targets, detection.entities)


def related_keys(detection: Detection) -> tuple[set[str], set[str]]:
    """Return the keys of measures, of any kind, that a new act may follow: by its issuers, and by whom they hit.

    What hit its issuers it may answer; what hits its targets it may carry out.
    """
    hit = {*detection.issuers, *detection.targets}
    return {f"issuer:{code}" for code in detection.issuers}, {f"target:{code}" for code in hit}


def before(at: datetime) -> tuple[datetime, datetime]:
    """Return between which times a measure reached a stage that a new act may follow."""
    return at - FAR, at + SLACK


def near(at: datetime) -> tuple[datetime, datetime]:
    """Return between which times a stage was reached that this report may echo."""
    return at - NEAR, at + NEAR


def far(at: datetime) -> tuple[datetime, datetime]:
    """Return between which times an earlier stage was reached that this report may follow."""
    return at - FAR, at - NEAR


def follows(stage: Stage) -> int:
    """Return below which phase lie the stages that this one may follow after long: expanded also follows adopted."""
    return phase(stage) + (stage in {Stage.EXPANDED, Stage.ENDED})


def _keys(issuers: set[str] | tuple[str, ...], targets: tuple[str, ...], entities: tuple[str, ...]) -> set[str]:
    named = [f"entity:{plain(name)}"[:KEY_CHARACTERS] for name in entities[:NAMES_KEPT]]
    return {*(f"issuer:{code}" for code in issuers), *(f"target:{code}" for code in targets), *named}
