"""The message of the test button."""

from datetime import datetime

from schemas.alert import Alert, AlertType, Severity
from schemas.base import stable_id
from schemas.detection import Kind, Stage
from schemas.measure import Measure
from services.alert.channels.contract import Because, Message


def trial_message(destination_id: str, public_url: str, now: datetime) -> Message:
    """Return a message that says it is a test; its ids are like those of a real one and unlike any of them."""
    measure_id = stable_id("mea", "test", destination_id, now.isoformat())
    measure = Measure(
        id=measure_id,
        version=1,
        kind=Kind.EXPORT_CONTROL,
        stage=Stage.ADOPTED,
        first_reported_at=now,
        confidence=1.0,
    )
    alert = Alert(
        id=Alert.id_for(measure_id, 1, AlertType.OPENED),
        measure_id=measure_id,
        version=1,
        type=AlertType.OPENED,
        headline="Test of this destination: nothing has happened",
        measure=measure,
        severity=Severity.LOW,
        severity_reasons=("a test",),
        created_at=now,
    )
    return Message(
        alert=alert,
        delivery_id=stable_id("dlv", alert.id, destination_id),
        attempt=1,
        public_url=public_url,
        because=(Because("test", ("somebody asked for a test message",)),),
        test=True,
    )
