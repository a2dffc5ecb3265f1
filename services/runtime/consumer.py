"""Consuming: what happens to a batch from its arrival until its offset may be committed.

decode one by one -> park what is no message -> handle -> (wait and try again | one by one | park) -> return

Returning commits; `NackMessage` re-reads the batch. A handler must be idempotent: after a crash, a rebalance or a
lost commit it sees the same messages again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError
from faststream.exceptions import NackMessage

from schemas.base import Message
from schemas.topics import Topic
from services.runtime import metrics
from services.runtime.failure import Permanent, Transient, backoff_seconds
from services.runtime.health import Beat
from services.runtime.logs import get_logger
from services.runtime.records import Received, Unreadable, decode, split

log = get_logger("consumer")

M = TypeVar("M", bound=Message)
Handler = Callable[[Sequence[Received[M]]], Awaitable[None]]

ATTEMPTS_BEFORE_PARKING = 3
HOLD_SECONDS = 60.0  # far below Kafka's `max.poll.interval.ms`: after it the batch is read again, and waits again
SAY_AGAIN_SECONDS = 60.0
LONG_RUN_OF_DEAD_LETTERS = 200


def no_extra_transients(_error: Exception) -> bool:
    """Tell of no further kind of error that it may pass by itself."""
    return False


@dataclass
class Consumer(Generic[M]):
    """One topic's consumer in one service."""

    topic: Topic[M]
    handle: Handler[M]
    park: Callable[[Sequence[Unreadable]], Awaitable[None]]
    stop_service: Callable[[str], None]
    stopping: asyncio.Event
    beat: Beat
    is_transient: Callable[[Exception], bool] = no_extra_transients
    _parked_in_a_row: int = 0
    _said_at: float = field(default=float("-inf"))

    async def __call__(self, records: Any) -> None:
        """Handle one batch; on return its offsets are committed."""
        self.beat.beat()
        with metrics.handle_seconds.labels(self.topic.name).time():
            good, bad = split(records, lambda record: decode(self.topic, record))
            if bad:
                await self._put_aside(bad)
            if good:
                await self._carry_through(good, records)
        metrics.consumed_records.labels(self.topic.name).inc(len(good))
        self.beat.beat()

    async def _carry_through(self, batch: Sequence[Received[M]], records: Sequence[ConsumerRecord]) -> None:
        """Try until the batch is handled; only what can never be handled is put aside."""
        loop = asyncio.get_running_loop()
        started, attempt = loop.time(), 0
        while True:
            attempt += 1
            try:
                await self.handle(batch)
            except Exception as error:  # noqa: BLE001 - every failure has its place in the vocabulary below
                if self._passes_by_itself(error):
                    self._say_waiting(error, loop.time())
                    await self._pause(attempt, hold=loop.time() - started < HOLD_SECONDS)
                elif len(batch) > 1:
                    return await self._one_by_one(batch, records)
                elif isinstance(error, Permanent) or attempt >= ATTEMPTS_BEFORE_PARKING:
                    return await self._put_aside([self._unhandled(batch[0], records, error)])
                else:
                    await self._pause(attempt, hold=True)
            else:
                self._parked_in_a_row = 0
                return None

    async def _one_by_one(self, batch: Sequence[Received[M]], records: Sequence[ConsumerRecord]) -> None:
        """One message fails the batch: handle each by itself, so that the others go on."""
        for received in batch:
            await self._carry_through([received], records)

    async def _put_aside(self, bad: Sequence[Unreadable]) -> None:
        """Park what cannot be read or handled; a long run of it means that the fault is ours: stop, loudly."""
        self._parked_in_a_row += len(bad)
        if self._parked_in_a_row > LONG_RUN_OF_DEAD_LETTERS:
            reason = (
                f"{self._parked_in_a_row} records of {self.topic.name} in a row cannot be handled: {bad[-1].reason}"
            )
            self.stop_service(reason)
            raise NackMessage
        for one in bad:
            log.error(
                "consumer.parked",
                topic=one.record.topic,
                partition=one.record.partition,
                offset=one.record.offset,
                error=one.error,
                reason=one.reason,
            )
            metrics.dead_letters.labels(self.topic.name, one.error).inc()
        await self.park(bad)

    def _passes_by_itself(self, error: Exception) -> bool:
        return isinstance(error, Transient | KafkaError | OSError | TimeoutError) or self.is_transient(error)

    def _say_waiting(self, error: Exception, now: float) -> None:
        metrics.handler_retries.labels(self.topic.name).inc()
        if now - self._said_at >= SAY_AGAIN_SECONDS:
            self._said_at = now
            log.warning("consumer.waiting", topic=self.topic.name, reason=f"{type(error).__name__}: {error}"[:300])

    async def _pause(self, attempt: int, *, hold: bool) -> None:
        """Wait before the next try, unless the service stops or the batch was held for long: then it is read again."""
        if not hold or self.stopping.is_set():
            raise NackMessage
        self.beat.beat()
        try:
            await asyncio.wait_for(self.stopping.wait(), backoff_seconds(attempt, base=0.1, cap=5))
        except TimeoutError:
            return
        raise NackMessage

    def _unhandled(self, received: Received[M], records: Sequence[ConsumerRecord], error: Exception) -> Unreadable:
        where = (received.partition, received.offset)
        record = next(r for r in records if (r.partition, r.offset) == where)
        reason = str(error) if isinstance(error, Permanent) else f"{type(error).__name__}: {error}"
        if not isinstance(error, Permanent):
            log.error("consumer.handler_failed", topic=self.topic.name, offset=received.offset, exc_info=error)
        return Unreadable(record, "unhandled", (reason.splitlines() or ["?"])[0][:500])
