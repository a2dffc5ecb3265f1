"""Deliveries that are due but held: quiet hours of every subscription that leads to them, and what overtook them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import RowMapping, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.alert import AlertType, Severity
from services.alert.objects import Subscription
from services.alert.quiet import held_until
from services.alert.tables import alerts, deliveries, subscriptions

NEVER_TOLD = "retracted before it was told"


@dataclass(frozen=True, slots=True)
class Held:
    """Until when a delivery waits, and why."""

    until: datetime
    because: str


async def quiet_subscriptions(connection: AsyncConnection, rows: Iterable[RowMapping]) -> dict[str, Subscription]:
    """Return the subscriptions that lead to these deliveries and have quiet hours."""
    names = sorted({each["subscription"] for row in rows for each in row["because"]})
    if not names:
        return {}
    statement = select(subscriptions.c.id, subscriptions.c.document).where(subscriptions.c.id.in_(names))
    found = {}
    for row in await connection.execute(statement):
        if row.document.get("quiet_hours"):
            try:
                found[row.id] = Subscription.model_validate(row.document)
            except ValidationError:
                continue  # what cannot be read holds nothing back
    return found


def held(row: RowMapping, alert: RowMapping | None, quiet: Mapping[str, Subscription], now: datetime) -> Held | None:
    """Return until when a due delivery waits (pure); None where one subscription that leads to it is not quiet."""
    names = [each["subscription"] for each in row["because"]]
    if alert is None or row["by_hand"] or not names or any(name not in quiet for name in names):
        return None
    found = held_until([quiet[name] for name in names], Severity(alert["severity"]), now)
    return Held(*found) if found else None


async def overtaken(connection: AsyncConnection, rows: Sequence[RowMapping]) -> dict[str, str]:
    """Return for deliveries that were held and never tried why they need not be sent any more.

    A later change of the same measure that goes to the same destination tells all of it; and what was retracted
    before its reader had heard of it is no news.
    """
    reasons = {}
    for row in rows:
        if row["held_because"] and not row["attempts"] and not row["by_hand"]:
            reason = await _overtaken_by(connection, row)
            if reason:
                reasons[row["id"]] = reason
    return reasons


async def _overtaken_by(connection: AsyncConnection, row: RowMapping) -> str | None:
    beside = (deliveries.c.destination_id == row["destination_id"]) & (deliveries.c.measure_id == row["measure_id"])
    later = select(deliveries.c.alert_id).where(
        beside, deliveries.c.version > row["version"], deliveries.c.status.in_(("pending", "sending", "delivered"))
    )
    newer = await connection.scalar(later.order_by(deliveries.c.version.desc()).limit(1))
    if newer is not None:
        return f"held until a later alert, {newer}, told the same measure as it is now"
    retracted = await connection.scalar(select(alerts.c.type).where(alerts.c.id == row["alert_id"]))
    if retracted != AlertType.RETRACTED.value:
        return None
    told = select(deliveries.c.id).where(beside, deliveries.c.status == "delivered").limit(1)
    return None if await connection.scalar(told) else NEVER_TOLD


async def hold(connection: AsyncConnection, waiting: Mapping[str, Held]) -> None:
    """Make held deliveries due when they may leave, with the reason."""
    if not waiting:
        return
    statement = (
        update(deliveries)
        .where(deliveries.c.id == bindparam("delivery"))
        .values(due_at=bindparam("until"), held_because=bindparam("why"))
    )
    rows = [{"delivery": name, "until": each.until, "why": each.because} for name, each in waiting.items()]
    await connection.execute(statement, rows)
