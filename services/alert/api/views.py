"""What the API shows of measures and deliveries."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict

from schemas.alert import Alert
from schemas.base import UtcDatetime
from schemas.detection import Detection, Kind, Stage
from schemas.measure import Good
from services.alert import goods
from services.alert.known import Milestone
from services.alert.store.reads import StoredMeasure

Item = TypeVar("Item")


class View(BaseModel):
    """Something shown."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class PageView(View, Generic[Item]):
    """Some items, newest first."""

    items: list[Item]
    next_cursor: str | None
    """Where the next page begins; null at the end."""


class MeasureView(View):
    """The real-world act as it is known now."""

    id: str
    version: int
    headline: str
    kind: Kind
    stage: Stage
    issuers: tuple[str, ...]
    targets: tuple[str, ...]
    entities: tuple[str, ...]
    commodities: tuple[Good, ...]
    instrument: str | None
    effective_on: date | None
    confidence: float
    first_reported_at: UtcDatetime
    last_reported_at: UtcDatetime
    updated_at: UtcDatetime
    articles: int
    """How many articles support it, of the 100 that are kept with it."""

    @classmethod
    def fields_of(cls, stored: StoredMeasure) -> dict[str, Any]:
        """Return the values for this view of a stored measure."""
        measure = stored.measure
        shown = set(MeasureView.model_fields) - {"headline", "commodities", "updated_at", "articles"}
        return {
            **{name: getattr(measure, name) for name in shown},
            "headline": stored.headline,
            "commodities": tuple(goods.describe(good) for good in measure.commodities),
            "updated_at": stored.updated_at,
            "articles": len({one.reporter.article_id for one in measure.support}),
        }

    @classmethod
    def of(cls, stored: StoredMeasure) -> Self:
        """Return the view of a stored measure."""
        return cls(**cls.fields_of(stored))


class AttemptView(View):
    """One attempt to deliver."""

    number: int
    at: UtcDatetime
    outcome: str
    """`delivered`, `retry`, `permanent` or `unknown` (sent, and no answer came)."""
    status_code: int | None
    """HTTP status or SMTP reply code."""
    latency_ms: int
    answer: str | None
    """The first bytes of the answer, as text."""
    error: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the view of a row of the table."""
        answer = row["answer"]
        text = bytes(answer).decode("utf-8", "replace") if answer is not None else None
        return cls(**{name: row[name] for name in cls.model_fields if name != "answer"}, answer=text)


class DeliveryView(View):
    """One alert to one destination."""

    id: str
    alert_id: str
    measure_id: str
    version: int
    destination_id: str
    because: list[dict[str, Any]]
    """The subscriptions that led here and what met them."""
    status: str
    """`pending`, `sending`, `delivered`, `failed` or `suppressed`."""
    due_at: UtcDatetime
    attempts: int
    last_outcome: str | None
    last_error: str | None
    held_because: str | None
    """Why it waited, or waits, although it was due: quiet hours."""
    created_at: UtcDatetime
    delivered_at: UtcDatetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the view of a row of the table."""
        return cls(**{name: row[name] for name in cls.model_fields})


class DeliveryDetail(DeliveryView):
    """One delivery with every attempt."""

    attempts_log: list[AttemptView]


class ReportView(View):
    """What one article said, and why it was taken for this act."""

    detection: Detection
    """With the quotes that show each claim, in the article's own language."""
    decision: str
    """`opened` (it founded the measure) or `merged`."""
    reasons: list[str]
    reported_at: UtcDatetime
    received_at: UtcDatetime


class MeasureDetail(MeasureView):
    """One measure with everything behind it."""

    milestones: tuple[Milestone, ...]
    """Its stages and when each was first reported, in order."""
    alerts: list[Alert]
    reports: list[ReportView]
    deliveries: list[DeliveryView]
