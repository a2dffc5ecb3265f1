"""The relay: alerts that are in the database go to Kafka, in order, and are then forgotten here.

Stopped between the two, it publishes the same alerts again after a restart, with the same ids: at least once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import text

from schemas.alert import Alert
from services.alert import metrics
from services.alert.store.outgoing import queued, remove_queued
from services.runtime.database import Database, is_transient
from services.runtime.failure import backoff_seconds
from services.runtime.health import Beat
from services.runtime.logs import get_logger

log = get_logger("outbox")

AT_ONCE = 100
LOOK_EVERY_SECONDS = 1.0
SAY_AGAIN_SECONDS = 60.0


@dataclass
class Relay:
    """Carries the outbox to Kafka; `wake` is set when something was put there.

    `publish` takes alerts with their traces and returns once Kafka has all of them, or raises Transient.
    """

    db: Database
    publish: Callable[[Sequence[Alert], Sequence[str | None]], Awaitable[None]]
    wake: asyncio.Event
    beat: Beat

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; Kafka or a database that is away is waited for, said once a minute."""
        loop = asyncio.get_running_loop()
        attempt, said = 0, float("-inf")
        while not stopping.is_set():
            self.beat.beat()
            self.wake.clear()
            try:
                moved = await self.move_some()
            except Exception as error:
                if not is_transient(error):
                    raise
                attempt += 1
                if loop.time() - said >= SAY_AGAIN_SECONDS:
                    said = loop.time()
                    log.warning("outbox.waiting", reason=str(error).splitlines()[0][:300])
                await _first_of(stopping, wait_seconds=backoff_seconds(attempt, base=0.2, cap=5))
            else:
                attempt = 0
                if moved < AT_ONCE:
                    await _first_of(stopping, self.wake, wait_seconds=LOOK_EVERY_SECONDS)

    async def move_some(self) -> int:
        """Publish the oldest alerts and forget them once Kafka has all; return how many."""
        async with self._alone() as (mine, rows):
            metrics.outbox_alerts.set(len(rows))
            if not mine or not rows:
                return 0
            await self.publish([alert for _, alert, _ in rows], [trace for _, _, trace in rows])
            async with self.db.write() as connection:
                await remove_queued(connection, [row_id for row_id, _, _ in rows])
        return len(rows)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[tuple[bool, list[tuple[int, Alert, str | None]]]]:
        """Read the queue while no other copy relays: two at work would publish in two orders."""
        if not self.db.is_postgres:
            async with self.db.read() as connection:
                rows = list(await queued(connection, AT_ONCE))
            yield True, rows
            return
        async with self.db.read() as connection:
            mine = bool(await connection.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('alert/outbox'))")))
            yield mine, list(await queued(connection, AT_ONCE)) if mine else []


async def _first_of(*events: asyncio.Event, wait_seconds: float) -> None:
    """Return when one of the events is set or the time is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=wait_seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
