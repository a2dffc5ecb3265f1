"""What happens to a detection (pure): correlate, fold, decide, tell. The service and the replay share these steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.alert import Alert
from schemas.detection import Detection
from services.alert.alerts import decide, tell
from services.alert.correlation import Ignored, Merged, Opened, correlate
from services.alert.known import KnownMeasure
from services.alert.measure import Folded, fold, found


@dataclass(frozen=True)
class Outcome:
    """What became of a detection: the decision, the measure after it, and the alert where one is due."""

    decision: Merged | Opened | Ignored
    measure: KnownMeasure | None = None
    alert: Alert | None = None


def take(detection: Detection, candidates: Sequence[KnownMeasure], now: datetime) -> Outcome:
    """Carry a detection through all steps."""
    decision = correlate(detection, candidates, now)
    if isinstance(decision, Ignored):
        return Outcome(decision)
    folded = _fold(decision, detection, candidates, now)
    alert_type = decide(folded)
    if alert_type is None:
        return Outcome(decision, folded.measure)
    measure, alert = tell(folded, alert_type, now)
    return Outcome(decision, measure, alert)


def _fold(decision: Merged | Opened, detection: Detection, candidates: Sequence[KnownMeasure], now: datetime) -> Folded:
    if isinstance(decision, Opened):
        return Folded(found(detection, now), changes=(), new_voice=True)
    known = next(c for c in candidates if c.id == decision.measure_id)
    return fold(known, detection, now)
