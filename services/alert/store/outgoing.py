"""What leaves: alerts, their copies for Kafka, and the deliveries to each destination."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.alert import Alert
from services.alert.delivery.identity import delivery_id
from services.alert.objects import Destination
from services.alert.routing import Route
from services.alert.store.statements import insert_new
from services.alert.tables import alerts, deliveries, destinations, outbox


@dataclass(frozen=True)
class Due:
    """One alert on its way to one destination."""

    alert: Alert
    route: Route
    traceparent: str | None
    at: datetime


async def add_alerts(connection: AsyncConnection, told: Sequence[tuple[Alert, str | None]]) -> None:
    """Keep alerts with their traces, and queue a copy of each for Kafka in the same order."""
    bodies = [(alert, alert.model_dump(mode="json"), trace) for alert, trace in told]
    kept = [
        {
            "id": alert.id,
            "measure_id": alert.measure_id,
            "version": alert.version,
            "type": alert.type.value,
            "severity": alert.severity.value,
            "headline": alert.headline,
            "body": body,
            "traceparent": trace,
            "created_at": alert.created_at,
        }
        for alert, body, trace in bodies
    ]
    await insert_new(connection, alerts, kept)
    copies = [
        {"alert_id": alert.id, "body": body, "traceparent": trace, "created_at": alert.created_at}
        for alert, body, trace in bodies
    ]
    await connection.execute(outbox.insert(), copies)


async def sendable(connection: AsyncConnection) -> dict[str, str | None]:
    """Return every destination with why nothing may be sent there, or None."""
    rows = (await connection.execute(select(destinations))).mappings()
    return {row["id"]: row["disabled_reason"] or _switched_off(row["document"]) for row in rows}


def _switched_off(document: dict[str, Any]) -> str | None:
    return None if Destination.model_validate(document).enabled else "the destination is switched off"


async def add_deliveries(connection: AsyncConnection, due: Sequence[Due], blocked: dict[str, str | None]) -> None:
    """Queue alerts for their destinations, due now; one that must not be sent to is kept with the reason."""
    await insert_new(
        connection, deliveries, [_delivery(one, _why_not(blocked, one.route.destination_id)) for one in due]
    )


def _delivery(due: Due, blocked: str | None) -> dict[str, Any]:
    alert, route = due.alert, due.route
    return {
        "id": delivery_id(alert.id, route.destination_id),
        "alert_id": alert.id,
        "measure_id": alert.measure_id,
        "version": alert.version,
        "destination_id": route.destination_id,
        "because": [asdict(because) for because in route.because],
        "status": "suppressed" if blocked else "pending",
        "due_at": due.at,
        "attempts": 0,
        "last_error": blocked,
        "traceparent": due.traceparent,
        "created_at": due.at,
    }


def _why_not(blocked: dict[str, str | None], destination_id: str) -> str | None:
    return blocked.get(destination_id, "no destination of this name exists")


async def queued(connection: AsyncConnection, limit: int) -> Sequence[tuple[int, Alert, str | None]]:
    """Return the oldest alerts that Kafka does not have yet: row, alert, trace."""
    statement = select(outbox.c.id, outbox.c.body, outbox.c.traceparent).order_by(outbox.c.id).limit(limit)
    return [(row.id, Alert.model_validate(row.body), row.traceparent) for row in await connection.execute(statement)]


async def remove_queued(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Forget what Kafka has."""
    await connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
