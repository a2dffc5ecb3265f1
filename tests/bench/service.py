"""The classify service from topic to topic, against the limit that its parts set in the same run.

limit = 1 / (1/copy + 1/read): copy is a plain aiokafka consumer and producer between two topics, read the classifier
alone in one process.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from prometheus_client.parser import text_string_to_metric_families

from schemas.article import Article
from schemas.topics import ARTICLES, TOPICS
from services.classify.reader import read, warm_up
from services.local.kafka import KafkaServer
from services.local.ports import free_ports
from services.runtime.bus import Bus
from services.runtime.health import Health
from services.runtime.settings import KafkaSettings
from services.runtime.topics import ensure_topics
from tests.bench.reading import rate
from tests.system.stack import Stack

RECORDS = 12_000
CHUNK = 400


async def run(articles: Sequence[Article]) -> None:
    """Print records a second of the service, of its parts, and the share of the limit that it reaches."""
    with tempfile.TemporaryDirectory() as folder:
        async with KafkaServer(Path(folder) / "kafka") as kafka:
            settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
            await ensure_topics(settings, TOPICS)
            await _fill(settings, articles)
            copy = await _copy(kafka.bootstrap_servers)
            served = await _serve(Path(folder), kafka)
    warm_up()
    alone = rate(articles, lambda article: read(Article.model_validate_json(article.model_dump_json())))
    limit = 1 / (1 / copy + 1 / alone)
    print(
        f"service: {served:,.0f} articles/s from topic to topic; copy {copy:,.0f}/s, read {alone:,.0f}/s, "
        f"limit {limit:,.0f}/s; reached {served / limit:.0%} of it"
    )


async def _fill(settings: KafkaSettings, articles: Sequence[Article]) -> None:
    bus = Bus(settings, "bench", health=Health())
    await bus.start()
    filled = 0
    numbered = (
        article.model_copy(update={"id": f"{article.id}-{n}"}) for n, article in enumerate(itertools.cycle(articles))
    )
    while chunk := list(itertools.islice(numbered, min(CHUNK, RECORDS - filled))):
        await bus.publish(ARTICLES, chunk)
        filled += len(chunk)
    await bus.stop()


async def _copy(servers: str) -> float:
    """Return records a second of a plain aiokafka copy between two topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic("bench.copy", 6, 1, topic_configs={"max.message.bytes": "4194304"})])
    await admin.close()
    consumer = AIOKafkaConsumer(
        ARTICLES.name,
        bootstrap_servers=servers,
        group_id="bench-copy",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
    await consumer.start()
    await producer.start()
    copied, started = 0, 0.0
    while copied < RECORDS:
        batches = await consumer.getmany(timeout_ms=500, max_records=200)
        started = started or time.perf_counter()
        sent = [
            await producer.send("bench.copy", record.value, key=record.key)
            for records in batches.values()
            for record in records
        ]
        await asyncio.gather(*sent)
        await consumer.commit()
        copied += len(sent)
    seconds = time.perf_counter() - started
    await consumer.stop()
    await producer.stop()
    return copied / seconds


async def _serve(folder: Path, kafka: KafkaServer) -> float:
    """Return records a second of the service itself, between its first tenth and its end."""
    stack = Stack(folder, kafka, {"ingest": 0, "alert": 0, "classify": free_ports(1)[0]})
    await stack.start("classify")
    first = last = None
    try:
        while last is None:
            await asyncio.sleep(0.02)
            done = await _consumed(stack)
            now = time.perf_counter()
            if first is None and done >= RECORDS / 10:
                first = (now, done)
            if done >= RECORDS:
                last = (now, done)
    finally:
        await stack.kill("classify")
        await stack.client.aclose()
    assert first is not None
    return (last[1] - first[1]) / (last[0] - first[0])


async def _consumed(stack: Stack) -> float:
    try:
        page = (await stack.client.get(f"{stack.url('classify')}/metrics")).text
    except httpx.TransportError:
        return 0
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name == "chokepoint_consumed_records_total" and sample.labels["topic"] == ARTICLES.name:
                return sample.value
    return 0
