"""What the pages show, read from the database."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.alert import Alert
from schemas.detection import Detection
from services.alert import goods
from services.alert.console.quotes import Quotes, quotes
from services.alert.known import KnownMeasure, Support
from services.alert.severity import severity
from services.alert.store import reads
from services.alert.store.paging import Page
from services.alert.store.reads import AlertFilter, MeasureFilter, StoredMeasure
from services.alert.tables import deliveries, subscriptions

PAGE = 25
LATEST_ALERTS = 8
_DELIVERIES_OF = timedelta(days=1)


@dataclass(frozen=True)
class Card:
    """One measure in the list."""

    stored: StoredMeasure
    severity: str
    severity_reasons: tuple[str, ...]
    quote: Support | None
    """The surest report that has words to show."""
    voices: int
    """Independent sources."""
    languages: int

    @property
    def measure(self) -> KnownMeasure:
        """The measure itself."""
        return self.stored.measure


@dataclass(frozen=True)
class Home:
    """The front page."""

    cards: list[Card]
    older: str | None
    alerts: list[Alert]
    sources: Counter[str]
    deliveries: Counter[str]
    subscriptions: int


async def home(connection: AsyncConnection, wanted: MeasureFilter, cursor: str | None, now: datetime) -> Home:
    """Read the front page. Raises BadCursor."""
    page: Page[StoredMeasure] = await reads.list_measures(connection, wanted, cursor, PAGE)
    alerts = await reads.list_alerts(connection, AlertFilter(), None, LATEST_ALERTS)
    return Home(
        cards=[card(stored, now) for stored in page.items],
        older=page.next,
        alerts=list(alerts.items),
        sources=Counter(state.status.value for state in await reads.list_sources(connection)),
        deliveries=await _deliveries(connection, now - _DELIVERIES_OF),
        subscriptions=await connection.scalar(select(func.count()).select_from(subscriptions)) or 0,
    )


def card(stored: StoredMeasure, now: datetime) -> Card:
    """Return how a measure stands in the list."""
    measure = stored.measure
    level, why = severity(measure, now.date())
    quoted = [one for one in measure.support if one.quote]
    return Card(
        stored=stored,
        severity=level.value,
        severity_reasons=why,
        quote=max(quoted, key=lambda one: one.confidence, default=None),
        voices=len({one.voice for one in measure.support}),
        languages=len({one.reporter.language for one in measure.support}),
    )


async def _deliveries(connection: AsyncConnection, since: datetime) -> Counter[str]:
    statement = select(deliveries.c.status, func.count()).where(deliveries.c.created_at >= since)
    rows = await connection.execute(statement.group_by(deliveries.c.status))
    return Counter({row[0]: row[1] for row in rows})


@dataclass(frozen=True)
class Moment:
    """One point of a measure's history."""

    at: datetime
    what: str
    detail: str
    alert: Alert | None = None


@dataclass(frozen=True)
class Report:
    """What one article said, and why it belongs here."""

    said: Detection
    quotes: Quotes
    decision: str
    reasons: list[str]
    reported_at: datetime


@dataclass(frozen=True)
class Dossier:
    """One measure with everything behind it."""

    card: Card
    goods: list[Any]
    history: list[Moment]
    reports: list[Report]
    deliveries: list[dict[str, Any]]


async def dossier(connection: AsyncConnection, measure_id: str, now: datetime) -> Dossier | None:
    """Read one measure, or None."""
    stored = await reads.one_measure(connection, measure_id)
    if stored is None:
        return None
    return Dossier(
        card=card(stored, now),
        goods=[goods.describe(good) for good in stored.measure.commodities],
        history=_history(stored.measure, await reads.alerts_of(connection, measure_id)),
        reports=[_report(row) for row in await reads.reports_of(connection, measure_id)],
        deliveries=await reads.deliveries_of(connection, measure_id),
    )


def _report(row: dict[str, Any]) -> Report:
    said = Detection.model_validate(row["detection"])
    return Report(said, quotes(said.evidence), row["decision"], row["reasons"], row["reported_at"])


def _history(measure: KnownMeasure, alerts: list[Alert]) -> list[Moment]:
    """Return stages and alerts in one line of time."""
    moments = [Moment(stone.at, "stage", stone.stage.value) for stone in measure.milestones]
    moments += [Moment(alert.created_at, "alert", alert.headline, alert) for alert in alerts]
    return sorted(moments, key=lambda moment: moment.at)
