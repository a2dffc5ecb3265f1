"""The delivery policy on a real broker: a regression test for each trap of FastStream and aiokafka that touches us."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.base import Message
from schemas.dead_letter import DeadLetter
from schemas.topics import DEAD_LETTERS, Topic
from services.local.kafka import KafkaServer
from services.runtime.bus import Bus
from services.runtime.consumer import LONG_RUN_OF_DEAD_LETTERS
from services.runtime.failure import Permanent, Transient
from services.runtime.health import Health
from services.runtime.records import Received
from services.runtime.settings import KafkaSettings
from services.runtime.topics import ensure_topics

pytestmark = pytest.mark.system


class Note(Message):
    """A message of the tests."""

    key: str
    number: int


@pytest.fixture
def topic() -> Topic[Note]:
    """Give each test a topic of its own, with two partitions."""
    return Topic(f"test.{uuid.uuid4().hex[:12]}.v1", Note, lambda n: n.key, partitions=2, retention_ms=3_600_000)


@pytest.fixture
def settings(kafka: KafkaServer) -> KafkaSettings:
    """Point at the session's broker."""
    return KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)


Handle = Callable[[Sequence[Received[Note]]], object]


@asynccontextmanager
async def running(
    settings: KafkaSettings, topic: Topic[Note], handle: Handle, max_records: int = 50
) -> AsyncIterator[Bus]:
    """Run a bus with one consumer of the group `g`."""
    bus = Bus(settings, "test", health=Health())
    await ensure_topics(settings, [topic])
    bus.subscribe(topic, "g", handle, max_records=max_records)  # type: ignore[arg-type]  # async closures below
    await bus.start()
    try:
        yield bus
    finally:
        await bus.stop()


async def until(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something holds; fail with its name."""
    for _ in range(int(seconds / 0.02)):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never happened: {what}")


async def committed(settings: KafkaSettings, topic: Topic[Note], group: str = "g") -> int:
    """Return the sum of the group's committed offsets."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        offsets = [await consumer.committed(TopicPartition(topic.name, p)) for p in range(topic.partitions)]
    finally:
        await consumer.stop()
    return sum(offset or 0 for offset in offsets)


async def parked(settings: KafkaSettings, topic: Topic[Note]) -> list[DeadLetter]:
    """Return what was put aside of this topic."""
    consumer = AIOKafkaConsumer(
        DEAD_LETTERS.name, bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    letters: list[DeadLetter] = []
    try:
        while batch := await consumer.getmany(timeout_ms=600):
            letters += [
                DeadLetter.model_validate_json(record.value) for records in batch.values() for record in records
            ]
    finally:
        await consumer.stop()
    return [letter for letter in letters if letter.topic == topic.name]


def notes(count: int, start: int = 0) -> list[Note]:
    """Make notes whose keys spread over both partitions."""
    return [Note(key=f"k{n % 7}", number=n) for n in range(start, start + count)]


async def test_what_is_published_is_handled_in_order_of_its_key(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """Every message arrives, and those of one key in the order they were published."""
    seen: list[Note] = []

    async def handle(batch: Sequence[Received[Note]]) -> None:
        seen.extend(r.message for r in batch)

    async with running(settings, topic, handle) as bus:
        await bus.publish(topic, notes(100))
        await until(lambda: len(seen) == 100, "100 notes")
    for key in {note.key for note in seen}:
        numbers = [note.number for note in seen if note.key == key]
        assert numbers == sorted(numbers)


async def test_one_undecodable_record_is_parked_and_its_batch_goes_on(
    settings: KafkaSettings, topic: Topic[Note]
) -> None:
    """Garbage, and even a header that is no UTF-8, ends in dead letters with its bytes; the rest is handled."""
    seen: list[int] = []

    async def handle(batch: Sequence[Received[Note]]) -> None:
        seen.extend(r.message.number for r in batch)

    await ensure_topics(settings, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    good = [b'{"key":"a","number":1}', b'{"key":"a","number":2,"later":"field"}']
    for value in (good[0], b"\xff\xfe not json", b"{}", good[1]):
        await producer.send_and_wait(topic.name, value, partition=0, headers=[("x", b"\xff\xfe")])
    await producer.stop()
    async with running(settings, topic, handle):
        await until(lambda: len(seen) == 2, "both good ones")
    letters = await parked(settings, topic)
    assert seen == [1, 2]
    assert [letter.value for letter in letters] == [b"\xff\xfe not json", b"{}"]
    assert letters[0].headers == {"x": b"\xff\xfe"}
    assert letters[1].error == "undecodable"
    assert letters[1].reason == "key: Field required"
    assert await committed(settings, topic) == 4


async def test_a_failing_handler_over_two_partitions_loses_nothing(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """When a batch that spans two partitions fails for a while, the records of both are read again."""
    seen: set[int] = set()
    failures = iter([True, True])

    async def handle(batch: Sequence[Received[Note]]) -> None:
        if next(failures, False):
            raise Transient("the database is away")
        seen.update(r.message.number for r in batch)

    async with running(settings, topic, handle) as bus:
        await bus.publish(topic, notes(40))
        await until(lambda: len(seen) == 40, "all 40")
        await until(lambda: not bus.stopping.is_set(), "still running")
    assert await committed(settings, topic) == 40
    assert await parked(settings, topic) == []


async def test_what_can_never_be_handled_is_parked_alone(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """One message that fails for good goes aside with its reason; its neighbours are handled."""
    seen: set[int] = set()

    async def handle(batch: Sequence[Received[Note]]) -> None:
        for received in batch:
            if received.message.number == 5:
                raise Permanent("number five is unknown here")
        seen.update(r.message.number for r in batch)

    async with running(settings, topic, handle) as bus:
        await bus.publish(topic, notes(10))
        await until(lambda: len(seen) == 9, "the other nine")
    (letter,) = await parked(settings, topic)
    assert (letter.error, letter.reason) == ("unhandled", "number five is unknown here")
    assert Note.model_validate_json(letter.value or b"").number == 5


async def test_a_long_run_of_dead_letters_stops_the_service(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """When nothing can be read any more the service says so and stops, and the rest stays in the topic."""
    reasons: list[str] = []

    async def handle(batch: Sequence[Received[Note]]) -> None:
        raise AssertionError(f"nothing here is a note: {batch}")

    await ensure_topics(settings, [topic])
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    count = LONG_RUN_OF_DEAD_LETTERS + 100
    await asyncio.gather(*[await producer.send(topic.name, b"junk", partition=0) for _ in range(count)])
    await producer.stop()
    async with running(settings, topic, handle) as bus:
        bus.on_failed = reasons.append
        await until(lambda: bool(reasons), "the service was told to stop")
    assert topic.name in reasons[0]
    assert await committed(settings, topic) <= LONG_RUN_OF_DEAD_LETTERS


async def test_a_rebalance_in_mid_batch_loses_nothing(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """A second copy joins while the first holds a batch: every message is handled at least once by one of them."""
    first: list[int] = []
    second: list[int] = []
    holding = asyncio.Event()

    async def slow(batch: Sequence[Received[Note]]) -> None:
        holding.set()
        await asyncio.sleep(0.4)
        first.extend(r.message.number for r in batch)

    async def quick(batch: Sequence[Received[Note]]) -> None:
        second.extend(r.message.number for r in batch)

    async with running(settings, topic, slow, max_records=10) as bus:
        await bus.publish(topic, notes(120))
        await holding.wait()
        async with running(settings, topic, quick, max_records=10):
            await until(lambda: len({*first, *second}) == 120, "all 120 by either")
            await bus.publish(topic, notes(40, start=120))
            await until(lambda: len({*first, *second}) == 160, "those published after it, too")
    assert await committed(settings, topic) == 160


async def test_stopping_finishes_and_commits_what_is_in_flight(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """A batch that is being handled when the service stops is finished and committed, not read again."""
    done: list[int] = []
    holding = asyncio.Event()

    async def handle(batch: Sequence[Received[Note]]) -> None:
        holding.set()
        await asyncio.sleep(0.5)
        done.extend(r.message.number for r in batch)

    async with running(settings, topic, handle, max_records=5) as bus:
        await bus.publish(topic, notes(30))
        await holding.wait()
    assert done
    assert await committed(settings, topic) == len(done)
    rest: list[int] = []

    async def finish(batch: Sequence[Received[Note]]) -> None:
        rest.extend(r.message.number for r in batch)

    async with running(settings, topic, finish):
        await until(lambda: len(done) + len(rest) == 30, "the rest, once")
    assert not set(done) & set(rest)


async def test_a_waiting_handler_gives_way_to_a_stop(settings: KafkaSettings, topic: Topic[Note]) -> None:
    """While a handler waits for its database the service can still stop, and nothing is committed."""
    tried = asyncio.Event()

    async def handle(batch: Sequence[Received[Note]]) -> None:  # noqa: ARG001 - it never gets that far
        tried.set()
        raise Transient("away for good")

    async with running(settings, topic, handle) as bus:
        await bus.publish(topic, notes(3))
        await tried.wait()
        await asyncio.sleep(0.3)
    assert await committed(settings, topic) == 0


async def test_publishing_without_a_broker_says_so() -> None:
    """Where no broker answers, publishing raises Transient instead of hanging or losing the message silently."""
    bus = Bus(KafkaSettings(bootstrap_servers="127.0.0.1:1"), "test", health=Health())
    starting = asyncio.create_task(bus.start())
    await asyncio.sleep(0.5)
    assert not starting.done()
    await bus.stop()
    await asyncio.wait_for(starting, 10)
