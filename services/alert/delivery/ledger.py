"""Each attempt on record, and the delivery's new status, many in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import random as _random
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alert.channels.contract import Outcome, OutcomeKind
from services.alert.delivery.claim import Claim
from services.alert.delivery.ladder import MAX_ATTEMPTS
from services.alert.delivery.settle import Settled, settle
from services.alert.store.objects import disable_destination
from services.alert.store.statements import insert_new
from services.alert.tables import attempts, deliveries

NO_RESULT = "no result on record: the worker ended while it was being sent; sent again under the same id"


@dataclass(frozen=True, slots=True)
class Result:
    """One attempt that has ended."""

    claim: Claim
    outcome: Outcome
    at: datetime
    """When the attempt began."""
    interrupted: bool = False
    """Our own stop cut it short: it is due again at once."""


async def record(
    connection: AsyncConnection,
    results: Sequence[Result],
    holder: str,
    now: datetime,
    random: Callable[[], float] = _random,
) -> None:
    """Write the attempts and settle the deliveries that are still this holder's. Doing it twice changes nothing."""
    if not results:
        return
    await insert_new(connection, attempts, [_attempt_row(result) for result in results])
    await connection.execute(_SETTLE, [_settled_row(result, holder, now, random) for result in results])
    for result in results:
        if result.outcome.disable:
            await _disable(connection, result.claim.destination.id, result.outcome.error or "it asked for no more", now)


async def give_back_expired(connection: AsyncConnection, now: datetime, limit: int = 256) -> int:
    """Make deliveries due again whose lease has ended without a result, with that attempt on record as unknown."""
    expired = select(deliveries).where(deliveries.c.status == "sending", deliveries.c.due_at <= now)
    expired = expired.order_by(deliveries.c.due_at).limit(limit).with_for_update(skip_locked=True)
    rows = (await connection.execute(expired)).mappings().all()
    if not rows:
        return 0
    lost = [
        _attempt(row["id"], row["attempts"], row["due_at"], Outcome(OutcomeKind.UNKNOWN, error=NO_RESULT))
        for row in rows
    ]
    await insert_new(connection, attempts, lost)
    states = [
        _row(row["id"], row["lease"], _after_expiry(row["attempts"], now), OutcomeKind.UNKNOWN, None) for row in rows
    ]
    await connection.execute(_SETTLE, states)
    return len(rows)


# A worker whose lease has ended writes its attempt, but no longer decides about the delivery.
_SETTLE = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.lease == bindparam("holder"),
        deliveries.c.status == "sending",
    )
    .values(
        status=bindparam("to"),
        due_at=bindparam("due"),
        lease=None,
        leased_until=None,
        last_outcome=bindparam("outcome"),
        last_error=bindparam("error"),
        delivered_at=bindparam("delivered"),
    )
)


def _after_expiry(attempt: int, now: datetime) -> Settled:
    return Settled("pending" if attempt < MAX_ATTEMPTS else "failed", now, NO_RESULT)


def _settled_row(result: Result, holder: str, now: datetime, random: Callable[[], float]) -> dict[str, Any]:
    message, outcome = result.claim.message, result.outcome
    settled = settle(outcome, message.attempt, now, random)
    if result.interrupted and settled.status == "pending":
        settled = Settled("pending", now, settled.error)
    delivered_at = now if outcome.kind is OutcomeKind.DELIVERED else None
    return _row(message.delivery_id, holder, settled, outcome.kind, delivered_at)


def _row(
    delivery_id: str, holder: str, settled: Settled, kind: OutcomeKind, delivered_at: datetime | None
) -> dict[str, Any]:
    return {
        "delivery": delivery_id,
        "holder": holder,
        "to": settled.status,
        "due": settled.due_at,
        "outcome": kind.value,
        "error": settled.error,
        "delivered": delivered_at,
    }


def _attempt_row(result: Result) -> dict[str, Any]:
    return _attempt(result.claim.message.delivery_id, result.claim.message.attempt, result.at, result.outcome)


def _attempt(delivery_id: str, number: int, at: datetime, outcome: Outcome) -> dict[str, Any]:
    return {
        "delivery_id": delivery_id,
        "number": number,
        "at": at,
        "outcome": outcome.kind.value,
        "status_code": outcome.status_code,
        "latency_ms": outcome.latency_ms,
        "answer": outcome.answer or None,
        "error": outcome.error,
    }


async def _disable(connection: AsyncConnection, destination_id: str, reason: str, now: datetime) -> None:
    await disable_destination(connection, destination_id, reason, now)
    waiting = update(deliveries).where(deliveries.c.destination_id == destination_id, deliveries.c.status == "pending")
    await connection.execute(waiting.values(status="suppressed", last_error=f"the destination is disabled: {reason}"))
