"""The relay: alerts reach Kafka in order, at least once, and are then forgotten here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from schemas.alert import Alert
from services.alert.handlers import DetectionsHandler
from services.alert.outbox import AT_ONCE, Relay
from services.alert.tables import outbox
from services.runtime.database import Database
from services.runtime.failure import Transient
from services.runtime.health import Health
from tests.alert.databases import later, opened, received
from tests.alert.reports import pact


@dataclass
class Topic:
    """Where published alerts go; `away` makes it refuse."""

    got: list[tuple[str, str | None]] = field(default_factory=list)
    away: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def publish(self, alerts: Sequence[Alert], traces: Sequence[str | None]) -> None:
        """Take all of them or raise."""
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise Transient("Kafka does not take records")
        self.got += [(alert.measure.issuers[0], trace) for alert, trace in zip(alerts, traces, strict=True)]
        self.arrived.set()

    async def have(self, count: int) -> None:
        """Wait until so many have come."""
        while len(self.got) < count:
            self.arrived.clear()
            await self.arrived.wait()


def relay(db: Database, topic: Topic, wake: asyncio.Event | None = None) -> Relay:
    """Return a relay that publishes to this topic."""
    return Relay(db, topic.publish, wake or asyncio.Event(), Health().loop("outbox", 60))


async def put(db: Database, *issuers: str) -> None:
    """Make one alert for each issuer."""
    batch = [pact(issuers=issuer, goods="lng") for issuer in issuers]
    await DetectionsHandler(db, later)(received(batch, traceparent="00-1-2-01"))


async def waiting(db: Database) -> int:
    """Return how many alerts Kafka does not have."""
    async with db.read() as connection:
        return await connection.scalar(select(func.count()).select_from(outbox)) or 0


async def test_alerts_are_published_in_order_and_forgotten(db: Database) -> None:
    """Everything in the outbox goes out in the order in which it was made, with its trace."""
    topic = Topic()
    await put(db, "JP", "AU", "CA")
    assert await relay(db, topic).move_some() == 3
    assert topic.got == [("JP", "00-1-2-01"), ("AU", "00-1-2-01"), ("CA", "00-1-2-01")]
    assert await waiting(db) == 0
    assert await relay(db, topic).move_some() == 0


async def test_what_kafka_does_not_take_stays(db: Database) -> None:
    """A failed publish forgets nothing; the next one carries the same alerts."""
    topic = Topic(away=1)
    await put(db, "JP")
    try:
        await relay(db, topic).move_some()
    except Transient:
        assert await waiting(db) == 1
    assert await relay(db, topic).move_some() == 1
    assert topic.got == [("JP", "00-1-2-01")]


async def test_the_loop_waits_for_kafka_and_goes_on(db: Database) -> None:
    """While Kafka is away nothing is lost; once it is back everything goes out, and the loop ends when told."""
    topic, stopping, wake = Topic(away=2), asyncio.Event(), asyncio.Event()
    await put(db, "JP", "AU")
    running = asyncio.create_task(relay(db, topic, wake).run(stopping))
    await topic.have(2)
    await put(db, "CA")
    wake.set()
    await topic.have(3)
    stopping.set()
    await running
    assert [issuer for issuer, _ in topic.got] == ["JP", "AU", "CA"]


async def test_a_full_outbox_is_carried_in_steps(db: Database) -> None:
    """More than one step's worth is carried whole, in order."""
    topic = Topic()
    codes = [f"{a}{b}" for a in "ABCDEFGHIJK" for b in "ABCDEFGHIJ"]
    await put(db, *codes)
    assert await relay(db, topic).move_some() == AT_ONCE
    assert await relay(db, topic).move_some() == len(codes) - AT_ONCE
    assert [issuer for issuer, _ in topic.got] == codes


async def test_only_one_copy_relays_at_a_time(postgres_url: str) -> None:
    """While one copy publishes, another leaves the outbox alone: two would publish in two orders."""
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        await put(one, "JP")
        topic, second = Topic(), Topic()

        async def publish(alerts: Sequence[Alert], traces: Sequence[str | None]) -> None:
            assert await relay(other, second).move_some() == 0
            await topic.publish(alerts, traces)

        assert await Relay(one, publish, asyncio.Event(), Health().loop("outbox", 60)).move_some() == 1
        assert (len(topic.got), second.got) == (1, [])
