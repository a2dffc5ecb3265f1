"""What leaves: alerts, their copies for Kafka, and the deliveries to each destination."""

from collections.abc import Sequence
from dataclasses import asdict
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


async def add_alert(connection: AsyncConnection, alert: Alert, traceparent: str | None) -> None:
    """Keep an alert and queue its copy for Kafka."""
    body = alert.model_dump(mode="json")
    row = {
        "id": alert.id,
        "measure_id": alert.measure_id,
        "version": alert.version,
        "type": alert.type.value,
        "severity": alert.severity.value,
        "headline": alert.headline,
        "body": body,
        "traceparent": traceparent,
        "created_at": alert.created_at,
    }
    await insert_new(connection, alerts, [row])
    queued = {"alert_id": alert.id, "body": body, "traceparent": traceparent, "created_at": alert.created_at}
    await connection.execute(outbox.insert(), [queued])


async def sendable(connection: AsyncConnection) -> dict[str, str | None]:
    """Return every destination with why nothing may be sent there, or None."""
    rows = (await connection.execute(select(destinations))).mappings()
    return {row["id"]: row["disabled_reason"] or _switched_off(row["document"]) for row in rows}


def _switched_off(document: dict[str, Any]) -> str | None:
    return None if Destination.model_validate(document).enabled else "the destination is switched off"


async def add_deliveries(  # noqa: PLR0913, PLR0917 - a row's parts
    connection: AsyncConnection,
    alert: Alert,
    routes: Sequence[Route],
    blocked: dict[str, str | None],
    traceparent: str | None,
    now: datetime,
) -> None:
    """Queue an alert for each destination, due now; one that must not be sent to is kept with the reason."""
    rows = [
        {
            "id": delivery_id(alert.id, route.destination_id),
            "alert_id": alert.id,
            "measure_id": alert.measure_id,
            "version": alert.version,
            "destination_id": route.destination_id,
            "because": [asdict(because) for because in route.because],
            "status": "suppressed" if (reason := _why_not(blocked, route.destination_id)) else "pending",
            "due_at": now,
            "attempts": 0,
            "last_error": reason,
            "traceparent": traceparent,
            "created_at": now,
        }
        for route in routes
    ]
    await insert_new(connection, deliveries, rows)


def _why_not(blocked: dict[str, str | None], destination_id: str) -> str | None:
    return blocked.get(destination_id, "no destination of this name exists")


async def queued(connection: AsyncConnection, limit: int) -> Sequence[tuple[int, Alert, str | None]]:
    """Return the oldest alerts that Kafka does not have yet: row, alert, trace."""
    statement = select(outbox.c.id, outbox.c.body, outbox.c.traceparent).order_by(outbox.c.id).limit(limit)
    return [(row.id, Alert.model_validate(row.body), row.traceparent) for row in await connection.execute(statement)]


async def remove_queued(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Forget what Kafka has."""
    await connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
