"""Sending again on request, and how much waits."""

from datetime import datetime

from sqlalchemy import func, select, update

from services.alert.tables import deliveries
from services.runtime.database import Database


async def redeliver(db: Database, delivery_id: str, now: datetime) -> bool:
    """Make a delivery due now; False if there is none or it is being sent.

    Its id stays, so that a receiver that has it drops the repeat, and its attempts go on counting: at the ladder's
    end it gets this one attempt more. Nothing holds it: who asks for it wants it now.
    """
    statement = (
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.status != "sending")
        .values(status="pending", due_at=now, delivered_at=None, by_hand=True)
    )
    async with db.write() as connection:
        return (await connection.execute(statement)).rowcount > 0


async def measure_backlog(db: Database, now: datetime) -> tuple[int, datetime | None]:
    """Return how many deliveries are due and since when the oldest is."""
    statement = select(func.count(), func.min(deliveries.c.due_at)).where(
        deliveries.c.status == "pending", deliveries.c.due_at <= now
    )
    async with db.read() as connection:
        count, oldest = (await connection.execute(statement)).one()
    return count, oldest
