"""Alert: a change in a measure worth telling."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.base import Message, UtcDatetime, stable_id
from schemas.measure import Measure


class AlertType(StrEnum):
    """What happened to the measure."""

    OPENED = "opened"
    STAGE_CHANGED = "stage_changed"
    UPDATED = "updated"
    CORROBORATED = "corroborated"
    RETRACTED = "retracted"


class Severity(StrEnum):
    """How much it matters; ordered from low to critical by `rank`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return list(Severity).index(self)


class Change(Message):
    """One field of the measure before and after."""

    field: str
    before: Any = None
    after: Any = None


class Quote(Message):
    """One sentence of evidence per source, in the source's language."""

    quote: str
    language: str | None = None
    source: str
    """The source's name."""
    url: str | None = None
    article_id: str


class Alert(Message):
    """A change in a measure worth telling, with everything a reader needs to act and to show why she was told."""

    id: str
    measure_id: str
    version: int = Field(ge=1)
    """The measure's version that this alert tells."""
    type: AlertType
    headline: str
    measure: Measure
    changes: tuple[Change, ...] = ()
    severity: Severity
    severity_reasons: tuple[str, ...] = ()
    evidence: tuple[Quote, ...] = ()
    created_at: UtcDatetime

    @staticmethod
    def id_for(measure_id: str, version: int, alert_type: AlertType) -> str:
        """Return the id of the alert about this version of this measure."""
        return stable_id("alr", measure_id, version, alert_type.value)
