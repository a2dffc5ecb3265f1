"""A database with destinations, alerts and due deliveries, and channels that do as they are told."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from schemas.alert import Alert
from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.delivery.identity import delivery_id
from services.alert.delivery.settings import DeliverySettings
from services.alert.delivery.worker import Worker
from services.alert.objects import Destination, kept_document
from services.alert.tables import alerts, attempts, deliveries, destinations
from services.runtime.clock import Clock, utc_now
from services.runtime.database import Database
from tests.alert.channels.sample import PUBLIC_URL, alert

MIGRATIONS = Path(__file__).parents[3] / "services" / "alert" / "migrations"
DELIVERED = Outcome(OutcomeKind.DELIVERED, status_code=204, latency_ms=3, answer=b"ok")


@dataclass
class Recording:
    """A channel that records what it was asked to send and answers as `answer` says."""

    answer: Callable[[Message], Outcome] = lambda _message: DELIVERED
    in_flight: int = 8
    delay_seconds: float = 0.0
    sent: list[Message] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    now: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    hang: set[str] = field(default_factory=set)
    """Destinations that never answer."""

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Record and answer."""
        self.sent.append(message)
        self.to.append(destination.id)
        self.now[destination.id] = self.now.get(destination.id, 0) + 1
        self.most[destination.id] = max(self.most.get(destination.id, 0), self.now[destination.id])
        try:
            await asyncio.sleep(3600 if destination.id in self.hang else self.delay_seconds)
            return self.answer(message)
        finally:
            self.now[destination.id] -= 1


class Ledger:
    """The alert service's database, with short ways to fill and read it."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def add_destination(self, name: str, **changes: Any) -> None:
        """Keep a destination whose channel is `log`."""
        destination = Destination.model_validate({"id": name, "type": "log", **changes})
        row = {"id": name, "type": destination.type, "document": kept_document(destination), "updated_at": utc_now()}
        async with self.db.write() as connection:
            await connection.execute(destinations.insert(), [row])

    async def add(
        self, name: str, count: int, due_at: datetime | None = None, *, same_measure: bool = False, **changes: Any
    ) -> list[str]:
        """Keep alerts and their deliveries to one destination; gives the deliveries' ids."""
        now = due_at or utc_now()
        told = [_alert(name, number, same_measure=same_measure) for number in range(count)]
        rows = [_delivery(each, name, now) | changes for each in told]
        async with self.db.write() as connection:
            await connection.execute(alerts.insert(), [_kept(each, now) for each in told])
            await connection.execute(deliveries.insert(), rows)
        return [row["id"] for row in rows]

    async def deliveries(self) -> dict[str, Any]:
        """Return every delivery by id."""
        async with self.db.read() as connection:
            return {row["id"]: row for row in (await connection.execute(select(deliveries))).mappings()}

    async def attempts(self) -> Sequence[Any]:
        """Return every attempt in order."""
        order = select(attempts).order_by(attempts.c.delivery_id, attempts.c.number)
        async with self.db.read() as connection:
            return list((await connection.execute(order)).mappings())

    async def destination(self, name: str) -> Any:
        """Return one destination's row."""
        async with self.db.read() as connection:
            return (await connection.execute(select(destinations).where(destinations.c.id == name))).mappings().one()

    async def settled(self, *, seconds: float = 20.0) -> dict[str, Any]:
        """Wait until nothing is pending now or being sent, and return the deliveries."""
        async with asyncio.timeout(seconds):
            while True:
                found = await self.deliveries()
                now = utc_now()
                if not [r for r in found.values() if r["status"] == "sending" or _due(r, now)]:
                    return found
                await asyncio.sleep(0.02)


def _due(row: Any, now: datetime) -> bool:
    return bool(row["status"] == "pending" and row["due_at"] <= now)


async def until(holds: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for belongs to the code under test
            await asyncio.sleep(0.01)


def _alert(name: str, number: int, *, same_measure: bool) -> Alert:
    measure_id = f"mea_{name}" if same_measure else f"mea_{name}_{number}"
    return alert(id=f"alr_{name}_{number}", measure_id=measure_id, version=number + 1)


def _kept(told: Alert, now: datetime) -> dict[str, Any]:
    return {
        "id": told.id,
        "measure_id": told.measure_id,
        "version": told.version,
        "type": told.type.value,
        "severity": told.severity.value,
        "headline": told.headline,
        "body": told.model_dump(mode="json"),
        "created_at": now,
    }


def _delivery(told: Alert, name: str, now: datetime) -> dict[str, Any]:
    return {
        "id": delivery_id(told.id, name),
        "alert_id": told.id,
        "measure_id": told.measure_id,
        "version": told.version,
        "destination_id": name,
        "because": [{"subscription": "everything", "reasons": ["kind sanction"]}],
        "status": "pending",
        "due_at": now,
        "attempts": 0,
        "created_at": now,
    }


@dataclass
class Running:
    """A worker at work."""

    worker: Worker
    wake: asyncio.Event
    stopping: asyncio.Event
    task: "asyncio.Task[None]"

    async def crash(self) -> None:
        """End it as a power cut does: what is under way is cut off, nothing of it is recorded, its leases stay."""
        under_way = list(self.worker._tasks)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self.worker._finished.clear()
        await self.stop()

    async def stop(self) -> None:
        """Stop it as the service does."""
        self.stopping.set()
        await asyncio.wait_for(self.task, 10)


def run_worker(db: Database, channel: Any, clock: Clock = utc_now, **changes: Any) -> Running:
    """Start a worker whose every channel is `channel`; settings may be changed."""
    settings = DeliverySettings(**{"public_url": PUBLIC_URL, "poll_seconds": 0.1, **changes})
    wake, stopping = asyncio.Event(), asyncio.Event()
    worker = Worker(db, {"log": channel, "webhook": channel}, clock, wake, settings=settings)
    return Running(worker, wake, stopping, asyncio.create_task(worker.run(stopping)))
