"""Sending again what matched since a time, for one destination, under the same ids: a receiver drops what it has."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from schemas.alert import Alert
from services.alert.delivery.identity import delivery_id
from services.alert.deps import Deps
from services.alert.routing import Route, route
from services.alert.store import objects as store
from services.alert.store.outgoing import Due, add_deliveries, sendable
from services.alert.store.reads import AlertFilter, list_alerts
from services.alert.tables import deliveries
from services.runtime.database import Database
from services.runtime.logs import get_logger

log = get_logger("alert.replay")

MOST_ALERTS = 20_000
"""Alerts looked at in one request; more than this world makes in a year."""
_PAGE = 500


class Blocked(Exception):  # noqa: N818 - it names the state
    """Nothing may be sent to this destination now; the message says why and what to do."""


async def history(db: Database, since: datetime) -> AsyncIterator[Alert]:
    """Give the alerts since a time, newest first, at most `MOST_ALERTS`."""
    cursor: str | None = None
    for _ in range(MOST_ALERTS // _PAGE):
        async with db.read() as connection:
            page = await list_alerts(connection, AlertFilter(since=since), cursor, _PAGE)
        for alert in page.items:
            yield alert
        cursor = page.next
        if cursor is None:
            return


async def replay(deps: Deps, destination_id: str, since: datetime) -> dict[str, Any]:
    """Queue again; return how many were there already and how many are new. Raises Blocked."""
    async with deps.db.read() as connection:
        reason = (await sendable(connection)).get(destination_id)
        subscriptions = await store.all_subscriptions(connection)
    if reason:
        raise Blocked(
            f"{destination_id}: {reason}; enable it first (POST /api/v1/destinations/{destination_id}/enable)"
        )
    matched = [
        (alert, found)
        async for alert in history(deps.db, since)
        for found in route(alert, subscriptions)
        if found.destination_id == destination_id
    ]
    again = await _requeue(deps, destination_id, since)
    added = await _add(deps, matched)
    deps.wake.set()
    log.info("destination.replayed", destination_id=destination_id, requeued=again, added=added)
    return {"since": since.isoformat(), "requeued": again, "added": added}


async def _requeue(deps: Deps, destination_id: str, since: datetime) -> int:
    """Make what is on record due again, but not what waits or is under way anyway."""
    statement = (
        update(deliveries)
        .where(
            deliveries.c.destination_id == destination_id,
            deliveries.c.created_at >= since,
            deliveries.c.status.not_in(("pending", "sending")),
        )
        .values(status="pending", due_at=deps.clock(), delivered_at=None)
    )
    async with deps.db.write() as connection:
        return (await connection.execute(statement)).rowcount


async def _add(deps: Deps, matched: list[tuple[Alert, Route]]) -> int:
    """Add deliveries that do not exist yet, oldest alert first."""
    added = 0
    for start in range(0, len(matched), _PAGE):
        part = matched[::-1][start : start + _PAGE]
        ids = {delivery_id(alert.id, found.destination_id): (alert, found) for alert, found in part}
        async with deps.db.write() as connection:
            known = set(await connection.scalars(select(deliveries.c.id).where(deliveries.c.id.in_(list(ids)))))
            for id_, (alert, found) in ids.items():
                if id_ not in known:
                    blocked: dict[str, str | None] = {found.destination_id: None}
                    await add_deliveries(connection, [Due(alert, found, None, deps.clock())], blocked)
                    added += 1
    return added
