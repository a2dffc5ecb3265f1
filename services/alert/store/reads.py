"""What the API and the console show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.alert import Alert, Severity
from schemas.source_state import SourceState
from services.alert import goods
from services.alert.known import KnownMeasure
from services.alert.store.measures import known
from services.alert.store.paging import Page, newest_first
from services.alert.tables import alerts, attempts, deliveries, measures, reports, source_states

HISTORY_LIMIT = 500


@dataclass(frozen=True)
class MeasureFilter:
    """Every line that is given must hold; a list means any of these."""

    kinds: Sequence[str] = ()
    stages: Sequence[str] = ()
    issuers: Sequence[str] = ()
    targets: Sequence[str] = ()
    commodities: Sequence[str] = ()
    """Goods, wider goods or groups."""
    min_confidence: float = 0.0
    q: str | None = None
    """Words in the headline, the names or the act's own name."""
    since: datetime | None = None
    """Changed at or after this time."""


@dataclass(frozen=True)
class StoredMeasure:
    """A measure with its headline and when it last changed."""

    measure: KnownMeasure
    headline: str
    updated_at: datetime


async def list_measures(
    connection: AsyncConnection, wanted: MeasureFilter, cursor: str | None = None, limit: int = 50
) -> Page[StoredMeasure]:
    """Return measures, the last changed first. Raises BadCursor."""
    statement = select(measures).where(*_conditions(wanted))
    page = await newest_first(connection, statement, measures.c.updated_at, measures.c.id, cursor, limit)
    return Page([_stored(row) for row in page.items], page.next)


async def one_measure(connection: AsyncConnection, measure_id: str) -> StoredMeasure | None:
    """Return one measure, or None."""
    row = (await connection.execute(select(measures).where(measures.c.id == measure_id))).mappings().first()
    return _stored(dict(row)) if row else None


def _stored(row: dict[str, Any]) -> StoredMeasure:
    return StoredMeasure(known(row), row["headline"], row["updated_at"])


def _conditions(wanted: MeasureFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [measures.c.confidence >= wanted.min_confidence]
    for column, values in ((measures.c.kind, wanted.kinds), (measures.c.stage, wanted.stages)):
        if values:
            conditions.append(column.in_(values))
    ids = [good for name in wanted.commodities for good in goods.all_within(name)]
    for column, codes in (
        (measures.c.issuers, wanted.issuers),
        (measures.c.targets, wanted.targets),
        (measures.c.commodities, ids or wanted.commodities),
    ):
        if codes:
            conditions.append(_lists_any(column, codes))
    if wanted.since:
        conditions.append(measures.c.updated_at >= wanted.since)
    return conditions + [_says(word) for word in (wanted.q or "").split()]


def _lists_any(column: Column[Any], values: Sequence[str]) -> ColumnElement[bool]:
    """Tell whether a JSON list holds any of these; its text is the same on both databases."""
    return or_(*(cast(column, Text).contains(f'"{value}"', autoescape=True) for value in values))


def _says(word: str) -> ColumnElement[bool]:
    columns = (measures.c.headline, measures.c.instrument, cast(measures.c.entities, Text))
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


async def reports_of(connection: AsyncConnection, measure_id: str) -> list[dict[str, Any]]:
    """Return the reports of a measure in order of arrival, each with its detection and the reasons of its merge."""
    statement = select(reports).where(reports.c.measure_id == measure_id).order_by(reports.c.received_at)
    return [dict(row) for row in (await connection.execute(statement.limit(HISTORY_LIMIT))).mappings()]


async def alerts_of(connection: AsyncConnection, measure_id: str) -> list[Alert]:
    """Return the alerts of a measure, oldest first."""
    statement = select(alerts.c.body).where(alerts.c.measure_id == measure_id).order_by(alerts.c.version)
    return [Alert.model_validate(body) for body in await connection.scalars(statement.limit(HISTORY_LIMIT))]


async def deliveries_of(connection: AsyncConnection, measure_id: str) -> list[dict[str, Any]]:
    """Return the deliveries of a measure's alerts, oldest first."""
    about = select(alerts.c.id).where(alerts.c.measure_id == measure_id)
    statement = select(deliveries).where(deliveries.c.alert_id.in_(about)).order_by(deliveries.c.created_at)
    return [dict(row) for row in (await connection.execute(statement.limit(HISTORY_LIMIT))).mappings()]


@dataclass(frozen=True)
class AlertFilter:
    """Every line that is given must hold; a list means any of these."""

    types: Sequence[str] = ()
    min_severity: Severity | None = None
    since: datetime | None = None


async def list_alerts(
    connection: AsyncConnection, wanted: AlertFilter, cursor: str | None = None, limit: int = 50
) -> Page[Alert]:
    """Return alerts, newest first. Raises BadCursor."""
    statement = select(alerts)
    if wanted.types:
        statement = statement.where(alerts.c.type.in_(wanted.types))
    if wanted.min_severity:
        loud = [level.value for level in Severity if level.rank >= wanted.min_severity.rank]
        statement = statement.where(alerts.c.severity.in_(loud))
    if wanted.since:
        statement = statement.where(alerts.c.created_at >= wanted.since)
    page = await newest_first(connection, statement, alerts.c.created_at, alerts.c.id, cursor, limit)
    return Page([Alert.model_validate(row["body"]) for row in page.items], page.next)


async def one_alert(connection: AsyncConnection, alert_id: str) -> Alert | None:
    """Return one alert, or None."""
    body = await connection.scalar(select(alerts.c.body).where(alerts.c.id == alert_id))
    return Alert.model_validate(body) if body else None


@dataclass(frozen=True)
class DeliveryFilter:
    """Every line that is given must hold."""

    destination_id: str | None = None
    status: str | None = None
    alert_id: str | None = None
    since: datetime | None = None


async def list_deliveries(
    connection: AsyncConnection, wanted: DeliveryFilter, cursor: str | None = None, limit: int = 50
) -> Page[dict[str, Any]]:
    """Return deliveries as rows of their table, newest first. Raises BadCursor."""
    statement = select(deliveries)
    for column, value in (
        (deliveries.c.destination_id, wanted.destination_id),
        (deliveries.c.status, wanted.status),
        (deliveries.c.alert_id, wanted.alert_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.since:
        statement = statement.where(deliveries.c.created_at >= wanted.since)
    return await newest_first(connection, statement, deliveries.c.created_at, deliveries.c.id, cursor, limit)


async def one_delivery(connection: AsyncConnection, delivery_id: str) -> dict[str, Any] | None:
    """Return one delivery with its `attempts_log`, oldest first, or None."""
    row = (await connection.execute(select(deliveries).where(deliveries.c.id == delivery_id))).mappings().first()
    if row is None:
        return None
    statement = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.number)
    return dict(row) | {"attempts_log": [dict(one) for one in (await connection.execute(statement)).mappings()]}


async def list_sources(connection: AsyncConnection) -> list[SourceState]:
    """Return the newest state of each source, by id."""
    bodies = await connection.scalars(select(source_states.c.body).order_by(source_states.c.source_id))
    return [SourceState.model_validate(body) for body in bodies]


async def alerts_per_day(connection: AsyncConnection, since: datetime) -> list[tuple[str, str, int]]:
    """Return the history series: day (`2025-10-28`, UTC), type of alert and how many, oldest first."""
    day = func.date(alerts.c.created_at)
    statement = (
        select(day, alerts.c.type, func.count()).where(alerts.c.created_at >= since).group_by(day, alerts.c.type)
    )
    rows = [(str(day), type_, count) for day, type_, count in await connection.execute(statement)]
    return sorted(rows)
