"""The bus: publish and subscribe, with the delivery policy inside."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiokafka.errors import KafkaError
from faststream.exceptions import IncorrectState
from faststream.kafka import KafkaBroker

from schemas.base import Message
from schemas.topics import DEAD_LETTERS, TOPICS, Topic
from services.runtime import metrics
from services.runtime.broker import CONSUMER, create_broker, decode_raw, parse_raw
from services.runtime.clock import Clock, utc_now
from services.runtime.consumer import Consumer, Handler, no_extra_transients
from services.runtime.failure import Transient, backoff_seconds
from services.runtime.health import Health
from services.runtime.logs import get_logger
from services.runtime.records import Unreadable, dead_letter, encode
from services.runtime.settings import KafkaSettings
from services.runtime.topics import ensure_topics
from services.runtime.tracing import current

log = get_logger("bus")

M = TypeVar("M", bound=Message)
PUBLISH_SECONDS = 10.0
STUCK_SECONDS = 120.0
SAY_AGAIN_SECONDS = 60.0


class Bus:
    """One service's way to Kafka.

    `health` hears of each consumer's progress; `fail` is called, with the reason, when the service must stop.
    """

    def __init__(self, settings: KafkaSettings, service: str, *, health: Health, clock: Clock = utc_now) -> None:
        self.service = service
        self.broker: KafkaBroker = create_broker(settings, f"chokepoint-{service}")
        self.stopping = asyncio.Event()
        self.failed: str | None = None
        self.on_failed: Callable[[str], None] = log.critical
        self._settings = settings
        self._clock = clock
        self._health = health
        self._writes: set[str] = set()
        self.writes(DEAD_LETTERS)

    def writes(self, topic: Topic[Any]) -> None:
        """Declare that this service publishes to a topic: it is then part of the AsyncAPI document."""
        if topic.name not in self._writes:
            self._writes.add(topic.name)
            self.broker.publisher(topic.name, schema=topic.model, title=topic.name)

    def subscribe(
        self,
        topic: Topic[M],
        group: str,
        handle: Handler[M],
        *,
        max_records: int = 200,
        is_transient: Callable[[Exception], bool] = no_extra_transients,
    ) -> None:
        """Have every message of a topic handled at least once, in batches of at most `max_records`."""
        consumer = Consumer(
            topic,
            handle,
            self._park,
            self._fail,
            self.stopping,
            self._health.loop(topic.name, STUCK_SECONDS),
            is_transient,
        )

        async def receive(records: Any) -> None:
            await consumer(records)

        receive.__annotations__["records"] = list[topic.model]  # type: ignore[name-defined]  # for AsyncAPI alone
        subscriber = self.broker.subscriber(
            topic.name,
            group_id=group,
            max_records=max_records,
            parser=parse_raw,
            decoder=decode_raw,
            title=topic.name,
            **CONSUMER,
        )
        subscriber(receive)

    async def publish(self, topic: Topic[M], messages: Sequence[M], traces: Sequence[str | None] | None = None) -> None:
        """Return when Kafka has every message (acks=all). Raises Transient when it cannot be had within 10 s."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await asyncio.gather(*[await self._send(topic, m, t) for m, t in _with_traces(messages, traces)])
        except (KafkaError, TimeoutError, OSError, IncorrectState) as error:  # the last: the bus has stopped
            raise Transient(f"Kafka does not take records for {topic.name}: {type(error).__name__} {error}") from error
        metrics.published_records.labels(topic.name).inc(len(messages))

    async def _send(self, topic: Topic[M], message: M, trace: str | None) -> "asyncio.Future[Any]":
        key, value, headers = encode(topic, message, trace)
        sent: asyncio.Future[Any] = await self.broker.publish(
            value, topic.name, key=key, headers=headers, no_confirm=True
        )
        return sent

    async def start(self) -> None:
        """Connect, waiting for Kafka as long as it takes; the wait is said once a minute."""
        attempt, said = 0, float("-inf")
        while not self.stopping.is_set():
            try:
                await ensure_topics(self._settings, TOPICS)
                await self.broker.start()
            except (KafkaError, OSError, TimeoutError) as error:
                attempt += 1
                now = asyncio.get_running_loop().time()
                if now - said >= SAY_AGAIN_SECONDS:
                    said = now
                    log.warning("bus.unavailable", servers=self._settings.bootstrap_servers, reason=str(error)[:300])
                await self.broker.stop()
                await asyncio.sleep(backoff_seconds(attempt, base=0.2, cap=3))
            else:
                return

    async def stop(self) -> None:
        """Finish the batches in flight, commit them and leave the groups."""
        self.stopping.set()
        await self.broker.stop()

    async def watch_progress(self) -> None:
        """Beat for each consumer that has nothing to read, and measure how far behind each is."""
        for subscriber in self.broker.subscribers:
            consumer = getattr(subscriber, "consumer", None)
            if consumer is None:
                continue
            lag: dict[str, int] = {}
            for partition in consumer.assignment():
                end, position = consumer.highwater(partition), await consumer.position(partition)
                lag[partition.topic] = lag.get(partition.topic, 0) + max(0, (end or 0) - position)
            for topic, behind in lag.items():
                metrics.consumer_lag_records.labels(topic).set(behind)
                if behind == 0:
                    self._health.beat(topic)

    async def _park(self, bad: Sequence[Unreadable]) -> None:
        await self.publish(DEAD_LETTERS, [dead_letter(one, self.service, self._clock) for one in bad])

    def _fail(self, reason: str) -> None:
        self.failed = reason
        self.stopping.set()
        log.critical("bus.stopped_service", reason=reason)
        self.on_failed(reason)


def _with_traces(messages: Sequence[M], traces: Sequence[str | None] | None) -> list[tuple[M, str | None]]:
    if traces is None:
        return [(message, current()) for message in messages]
    return list(zip(messages, traces, strict=True))
