"""Taking due deliveries: leased to one worker, several workers share one table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.alert import Alert
from services.alert.channels.contract import Because, Channel, Message, OutcomeKind
from services.alert.delivery.holding import Held, held, hold, overtaken, quiet_subscriptions
from services.alert.delivery.lanes import Lanes
from services.alert.delivery.settings import DeliverySettings
from services.alert.objects import Destination
from services.alert.tables import alerts, deliveries, destinations

SECOND_SENDING = frozenset({OutcomeKind.UNKNOWN.value, OutcomeKind.DELIVERED.value})
"""After these last outcomes a message may reach somebody who has it already."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery that is ours to send until the lease ends."""

    message: Message
    destination: Destination
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims, through which channels, within which bounds."""

    name: str
    channels: Mapping[str, Channel]
    lanes: Lanes
    settings: DeliverySettings


@dataclass(slots=True)
class Claimed:
    """What one look at the table gave."""

    claims: list[Claim] = field(default_factory=list)
    put_aside: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Delivery id to its new status and the reason."""
    held: dict[str, Held] = field(default_factory=dict)
    """What waits for the end of quiet hours."""
    more: bool = False
    """Whether a second look may find more at once."""


async def claim(connection: AsyncConnection, holder: Holder, now: datetime, found: Claimed) -> None:
    """Claim what is due and has a place in the lanes, put aside what is not to be sent, hold what meets quiet hours.

    The places in the lanes are taken even when this raises: give those of `found` back then.

    On PostgreSQL rows that another worker is claiming are skipped (FOR UPDATE SKIP LOCKED); SQLite has one writer.
    """
    limit = min(holder.settings.batch, holder.lanes.free)
    if limit <= 0:
        return
    rows = await _due(connection, holder.lanes.full(now), now, limit)
    alert_bodies = await _by_id(connection, alerts, (row["alert_id"] for row in rows))
    targets = await _by_id(connection, destinations, (row["destination_id"] for row in rows))
    quiet = await quiet_subscriptions(connection, rows)
    found.held = {row["id"]: wait for row in rows if (wait := held(row, alert_bodies.get(row["alert_id"]), quiet, now))}
    leaving = [row for row in rows if row["id"] not in found.held]
    late = await overtaken(connection, leaving)
    found.put_aside |= {name: ("suppressed", reason) for name, reason in late.items()}
    for row in leaving:
        if row["id"] not in late:
            _sort(row, alert_bodies.get(row["alert_id"]), targets.get(row["destination_id"]), holder, found)
    await hold(connection, found.held)
    await _lease(connection, found.claims, holder, now)
    await _put_aside(connection, found.put_aside)
    found.more = len(rows) == limit and bool(found.claims or found.put_aside or found.held)


async def next_due_at(connection: AsyncConnection, now: datetime) -> datetime | None:
    """Return when the next delivery becomes due."""
    later = select(deliveries.c.due_at).where(deliveries.c.status == "pending", deliveries.c.due_at > now)
    found: datetime | None = await connection.scalar(later.order_by(deliveries.c.due_at).limit(1))
    return found


async def _due(connection: AsyncConnection, full: list[str], now: datetime, limit: int) -> Sequence[RowMapping]:
    due = select(deliveries).where(deliveries.c.status == "pending", deliveries.c.due_at <= now)
    if full:
        due = due.where(deliveries.c.destination_id.not_in(full))
    due = due.order_by(deliveries.c.due_at, deliveries.c.version).limit(limit).with_for_update(skip_locked=True)
    return (await connection.execute(due)).mappings().all()


async def _by_id(connection: AsyncConnection, table: Any, ids: Iterable[str]) -> dict[str, RowMapping]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = (await connection.execute(select(table).where(table.c.id.in_(wanted)))).mappings()
    return {row["id"]: row for row in rows}


def _sort(row: RowMapping, alert: RowMapping | None, target: RowMapping | None, holder: Holder, found: Claimed) -> None:
    """Decide about one row: send it, put it aside with a reason, or leave it for when a lane is free."""
    try:
        destination = _usable(target, holder.channels)
        message = _message(row, alert, holder.settings.public_url)
    except _NotToSend as error:
        found.put_aside[row["id"]] = (error.status, str(error))
        return
    in_flight = holder.channels[destination.type].in_flight
    if holder.lanes.take(destination.id, message.alert.measure_id, in_flight):
        found.claims.append(Claim(message, destination, row["created_at"]))


class _NotToSend(Exception):  # noqa: N818 - a decision with its reason
    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def _usable(target: RowMapping | None, channels: Mapping[str, Channel]) -> Destination:
    if target is None:
        raise _NotToSend("suppressed", "the destination has been deleted")
    if target["disabled_reason"]:
        raise _NotToSend("suppressed", f"the destination is disabled: {target['disabled_reason']}")
    try:
        destination = Destination.model_validate(target["document"])
    except ValidationError as error:
        raise _NotToSend("failed", f"the destination cannot be read: {error.errors()[0]['msg']}") from None
    if not destination.enabled:
        raise _NotToSend("suppressed", "the destination is switched off")
    if destination.type not in channels:
        raise _NotToSend("failed", f"there is no channel for destinations of type {destination.type}")
    return destination


def _message(row: RowMapping, alert: RowMapping | None, public_url: str) -> Message:
    if alert is None:
        raise _NotToSend("failed", "the alert is no longer on record")
    try:
        told = Alert.model_validate(alert["body"])
    except ValidationError as error:
        raise _NotToSend("failed", f"the alert cannot be read: {error.errors()[0]['msg']}") from None
    return Message(
        alert=told,
        delivery_id=row["id"],
        attempt=row["attempts"] + 1,
        public_url=public_url,
        because=tuple(Because(each["subscription"], tuple(each.get("reasons", ()))) for each in row["because"]),
        may_repeat=row["last_outcome"] in SECOND_SENDING,
        traceparent=row["traceparent"],
    )


async def _lease(connection: AsyncConnection, claims: Sequence[Claim], holder: Holder, now: datetime) -> None:
    """Mark the rows as ours. `due_at` moves to the lease's end: whoever looks after it finds them due again."""
    if not claims:
        return
    until = now + timedelta(seconds=holder.settings.lease_seconds)
    statement = (
        update(deliveries)
        .where(deliveries.c.id == bindparam("delivery"))
        .values(status="sending", lease=holder.name, leased_until=until, due_at=until, attempts=bindparam("attempt"))
    )
    rows = [{"delivery": each.message.delivery_id, "attempt": each.message.attempt} for each in claims]
    await connection.execute(statement, rows)


async def _put_aside(connection: AsyncConnection, put_aside: Mapping[str, tuple[str, str]]) -> None:
    if not put_aside:
        return
    statement = (
        update(deliveries)
        .where(deliveries.c.id == bindparam("delivery"))
        .values(status=bindparam("to"), last_error=bindparam("why"))
    )
    rows = [{"delivery": name, "to": status, "why": why} for name, (status, why) in put_aside.items()]
    await connection.execute(statement, rows)
