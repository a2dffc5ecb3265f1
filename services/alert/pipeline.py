"""What happens to a detection once it is correlated (pure): relate, fold, decide, tell.

The service and the replay share these steps; only where they look measures up differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.alert import Alert
from schemas.detection import Detection
from services.alert.alerts import decide, tell
from services.alert.correlation import Ignored, Merged, Opened
from services.alert.known import KnownMeasure
from services.alert.measure import Folded, fold, found
from services.alert.moments import reported_at
from services.alert.relations import relate


@dataclass(frozen=True)
class Outcome:
    """What became of a detection: the decision, the measure after it, and the alert where one is due."""

    decision: Merged | Opened | Ignored
    measure: KnownMeasure | None = None
    alert: Alert | None = None


def follow(
    decision: Merged | Opened | Ignored,
    detection: Detection,
    candidates: Sequence[KnownMeasure],
    related: Sequence[KnownMeasure],
    now: datetime,
) -> Outcome:
    """Carry a decision through the other steps; `related` are earlier measures that a new one may follow."""
    if isinstance(decision, Ignored):
        return Outcome(decision)
    folded = _fold(decision, detection, candidates, related, now)
    alert_type = decide(folded)
    if alert_type is None:
        return Outcome(decision, folded.measure)
    measure, alert = tell(folded, alert_type, now)
    return Outcome(decision, measure, alert)


def _fold(
    decision: Merged | Opened,
    detection: Detection,
    candidates: Sequence[KnownMeasure],
    related: Sequence[KnownMeasure],
    now: datetime,
) -> Folded:
    if isinstance(decision, Opened):
        relations = relate(detection, related, reported_at(detection, now))
        measure = found(detection, now).model_copy(update={"relations": relations})
        return Folded(measure, changes=(), new_voice=True)
    known = next(c for c in candidates if c.id == decision.measure_id)
    return fold(known, detection, now)
