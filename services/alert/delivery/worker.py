"""The delivery worker: claims what is due, sends it side by side, records how it went.

One transaction a turn does both: it records what has ended since the last turn and claims what is due. While it
commits, more results gather, so that the number of commits does not grow with the number of deliveries.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.alert.channels.contract import Channel, Outcome, OutcomeKind
from services.alert.delivery import metrics
from services.alert.delivery.attempt import attempt, note
from services.alert.delivery.claim import Claim, Claimed, Holder, claim, next_due_at
from services.alert.delivery.lanes import Lanes
from services.alert.delivery.ledger import Result, give_back_expired, record
from services.alert.delivery.redelivery import measure_backlog, redeliver
from services.alert.delivery.settings import DeliverySettings
from services.alert.delivery.trial import trial_message
from services.alert.objects import Destination
from services.runtime.clock import Clock
from services.runtime.database import SAY_AGAIN_SECONDS, Database, first_line, is_transient
from services.runtime.failure import backoff_seconds
from services.runtime.logs import bind_ids, get_logger
from services.runtime.tracing import use

log = get_logger("alert.delivery")

BACKLOG_SECONDS = 5.0
_LAST_WORDS_SECONDS = 1.0


class Worker:
    """Delivers until it is stopped. Any number of workers, in any number of processes, share one database."""

    def __init__(  # noqa: PLR0913 - the parts of the composition root
        self,
        db: Database,
        channels: Mapping[str, Channel],
        clock: Clock,
        wake: asyncio.Event,
        *,
        settings: DeliverySettings,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._wake = wake
        self._settings = settings
        self._beat = beat
        self._holder = Holder(f"w_{secrets.token_hex(8)}", channels, Lanes(settings.in_flight), settings)
        self._finished: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._said_at = self._backlog_at = self._looked_at = float("-inf")

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until `stopping` is set; then let what is under way end, record it, and give the rest back."""
        watch = asyncio.create_task(self._wake_when(stopping))
        try:
            while not stopping.is_set():
                self._wake.clear()
                self._beat()
                await self._sleep(await self._turn())
            await self._wind_down()
        finally:
            for task in (watch, *self._tasks):
                task.cancel()

    async def redeliver(self, delivery_id: str) -> bool:
        """Make a delivery due now, whatever became of it; False if there is none or it is being sent."""
        found = await redeliver(self._db, delivery_id, self._clock())
        self._wake.set()
        return found

    async def send_test(self, destination: Destination) -> Outcome:
        """Send a test message through the same channel, signature and limits as every alert."""
        channel = self._holder.channels.get(destination.type)
        if channel is None:
            return Outcome(OutcomeKind.RETRY, error=f"the {destination.type} channel is not open yet; try again")
        message = trial_message(destination.id, self._settings.public_url, self._clock())
        return await attempt(channel, message, destination, self._settings.send_seconds)

    async def _wake_when(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._wake.set()

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
        if self._tasks:
            await asyncio.sleep(self._settings.gather_seconds)

    async def _turn(self) -> float:
        """Record and claim once; return how long nothing will be due."""
        try:
            seconds = await self._exchange()
        except Exception as error:
            if not is_transient(error):
                raise
            return self._database_away(error)
        self._failures = 0
        return seconds

    async def _exchange(self) -> float:
        results, now = list(self._finished), self._clock()
        claimed = Claimed()
        try:
            async with self._db.write() as connection:
                await record(connection, results, self._holder.name, now)
                await self._look_for_expired(connection, now)
                await claim(connection, self._holder, now, claimed)
                # While anything is under way its end wakes us; only an idle worker needs to know how long it may sleep.
                busy = claimed.claims or self._tasks
                later = None if busy else await next_due_at(connection, now)
        except BaseException:
            for each in claimed.claims:
                self._free(each, succeeded=False)
            raise
        del self._finished[: len(results)]
        self._start(claimed)
        await self._watch_backlog(now)
        return self._pause(claimed, later, now)

    async def _look_for_expired(self, connection: AsyncConnection, now: datetime) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._looked_at < self._settings.poll_seconds:
            return
        expired = await give_back_expired(connection, now)
        self._looked_at = loop_time
        if expired:
            log.warning("delivery.leases_expired", count=expired)

    def _pause(self, claimed: Claimed, later: datetime | None, now: datetime) -> float:
        if claimed.more:
            return 0.0
        until_due = (later - now).total_seconds() if later else self._settings.poll_seconds
        return min(until_due, self._settings.poll_seconds)

    def _start(self, claimed: Claimed) -> None:
        for delivery_id, (status, reason) in claimed.put_aside.items():
            log.warning("delivery.put_aside", delivery_id=delivery_id, status=status, reason=reason)
        for delivery_id, wait in claimed.held.items():
            log.info("delivery.held", delivery_id=delivery_id, until=wait.until.isoformat(), because=wait.because)
        for each in claimed.claims:
            task = asyncio.create_task(self._send(each), name=each.message.delivery_id)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, claimed: Claim) -> None:
        message, at, interrupted = claimed.message, self._clock(), False
        ids = {"delivery_id": message.delivery_id, "alert_id": message.alert.id, "measure_id": message.alert.measure_id}
        with use(message.traceparent), bind_ids(**ids):
            try:
                channel = self._holder.channels[claimed.destination.type]
                outcome = await attempt(channel, message, claimed.destination, self._settings.send_seconds)
            except asyncio.CancelledError:
                interrupted = True
                outcome = Outcome(OutcomeKind.UNKNOWN, error="the service stopped while it was being sent")
            note(claimed, outcome, self._clock())
        self._free(claimed, succeeded=outcome.kind is OutcomeKind.DELIVERED)
        if outcome.kind is OutcomeKind.RETRY and outcome.retry_after_seconds:
            until = self._clock() + timedelta(seconds=outcome.retry_after_seconds)
            self._holder.lanes.pause(claimed.destination.id, until)
        self._finished.append(Result(claimed, outcome, at, interrupted))
        self._wake.set()

    def _free(self, claimed: Claim, *, succeeded: bool) -> None:
        self._holder.lanes.give_back(claimed.destination.id, claimed.message.alert.measure_id, succeeded=succeeded)

    def _database_away(self, error: Exception) -> float:
        self._failures += 1
        now = asyncio.get_running_loop().time()
        if now - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = now
            log.warning("delivery.database_unavailable", reason=first_line(error), unrecorded=len(self._finished))
        return backoff_seconds(self._failures, base=0.2, cap=5)

    async def _watch_backlog(self, now: datetime) -> None:
        loop_time = asyncio.get_running_loop().time()
        if loop_time - self._backlog_at < BACKLOG_SECONDS:
            return
        self._backlog_at = loop_time
        due, oldest = await measure_backlog(self._db, now)
        metrics.due_deliveries.set(due)
        metrics.oldest_due_seconds.set((now - oldest).total_seconds() if oldest else 0.0)

    async def _wind_down(self) -> None:
        """Let what is under way end, cut the rest short, and record all of it: nothing stays leased."""
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=self._settings.stop_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        try:
            async with asyncio.timeout(_LAST_WORDS_SECONDS), self._db.write() as connection:
                await record(connection, self._finished, self._holder.name, self._clock())
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("delivery.unrecorded", count=len(self._finished), reason=first_line(error))
