"""Destinations and subscriptions as people wrote them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alert.objects import Destination, Subscription, kept_document
from services.alert.store.statements import upsert
from services.alert.tables import destinations, subscriptions


async def put_destination(connection: AsyncConnection, destination: Destination, now: datetime) -> None:
    """Keep a destination; writing it again also ends its being disabled after failures."""
    row = {
        "id": destination.id,
        "type": destination.type,
        "document": kept_document(destination),
        "disabled_reason": None,
        "disabled_at": None,
        "updated_at": now,
    }
    await upsert(connection, destinations, [row])


async def put_subscription(connection: AsyncConnection, subscription: Subscription, now: datetime) -> None:
    """Keep a subscription."""
    row = {"id": subscription.id, "document": kept_document(subscription), "updated_at": now}
    await upsert(connection, subscriptions, [row])


async def all_destinations(connection: AsyncConnection) -> Sequence[Destination]:
    """Return every destination, by id, secrets included."""
    return [Destination.model_validate(document) for document in await _documents(connection, destinations)]


async def all_subscriptions(connection: AsyncConnection) -> Sequence[Subscription]:
    """Return every subscription, by id."""
    return [Subscription.model_validate(document) for document in await _documents(connection, subscriptions)]


async def destination(connection: AsyncConnection, destination_id: str) -> Destination | None:
    """Return one destination, secrets included, or None."""
    found = await connection.scalar(select(destinations.c.document).where(destinations.c.id == destination_id))
    return Destination.model_validate(found) if found else None


async def subscription(connection: AsyncConnection, subscription_id: str) -> Subscription | None:
    """Return one subscription, or None."""
    found = await connection.scalar(select(subscriptions.c.document).where(subscriptions.c.id == subscription_id))
    return Subscription.model_validate(found) if found else None


async def remove(connection: AsyncConnection, table: Table, object_id: str) -> bool:
    """Remove a destination or a subscription; False where there was none. What was sent stays on record."""
    return (await connection.execute(delete(table).where(table.c.id == object_id))).rowcount > 0


async def disable_destination(connection: AsyncConnection, destination_id: str, reason: str, now: datetime) -> None:
    """Send nothing more to a destination until it is written again, and keep why."""
    values = {"disabled_reason": reason, "disabled_at": now}
    await connection.execute(update(destinations).where(destinations.c.id == destination_id).values(values))


async def disabled(connection: AsyncConnection) -> dict[str, str]:
    """Return which destinations are disabled and why."""
    reason = destinations.c.disabled_reason
    statement = select(destinations.c.id, reason).where(reason.is_not(None))
    return {row.id: row.disabled_reason for row in await connection.execute(statement)}


async def _documents(connection: AsyncConnection, table: Table) -> Sequence[dict[str, Any]]:
    return list(await connection.scalars(select(table.c.document).order_by(table.c.id)))
