"""The service's handler on a real broker: articles in, detections out, once, again after a repeat."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from schemas.detection import Detection
from schemas.topics import ARTICLES, DETECTIONS
from services.classify.app import GROUP
from services.classify.handlers import ReadArticles
from services.classify.reader import study
from services.local.kafka import KafkaServer
from services.runtime.bus import Bus
from services.runtime.health import Health
from services.runtime.settings import KafkaSettings
from services.runtime.topics import ensure_topics
from tests.classify.conftest import Make

pytestmark = pytest.mark.system
TITLES = ("Rain in the north", "India bans rice exports", "Japan bans gallium exports")


async def test_articles_become_detections(kafka: KafkaServer, article: Make) -> None:
    """Of three articles two report an act; both are on the topic with their article, keyed by kind."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    await ensure_topics(settings, [ARTICLES, DETECTIONS])
    bus = Bus(settings, "classify", health=Health())
    bus.writes(DETECTIONS)

    async def publish(found: Sequence[Detection], traces: Sequence[str | None]) -> None:
        await bus.publish(DETECTIONS, found, traces)

    bus.subscribe(ARTICLES, GROUP, ReadArticles(study, publish), max_records=10)
    bus.writes(ARTICLES)
    await bus.start()
    day = datetime(2026, 3, 2, tzinfo=UTC)
    news = [article(title, f"{title}, the government said on Monday.", published=day) for title in TITLES]
    try:
        await bus.publish(ARTICLES, news)
        found = await _read(kafka, {news[1].id, news[2].id})
    finally:
        await bus.stop()
    assert {d["article"]["id"]: (key, d["issuers"]) for key, d in found} == {
        news[1].id: ("export_control", ["IN"]),
        news[2].id: ("export_control", ["JP"]),
    }


async def _read(kafka: KafkaServer, wanted: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return the detections of these articles once each of them has one."""
    consumer = AIOKafkaConsumer(
        DETECTIONS.name, bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: list[tuple[str, dict[str, Any]]] = []
    try:
        async with asyncio.timeout(30):
            while {d["article"]["id"] for _, d in found} < wanted:
                record = await consumer.getone()
                value = json.loads(record.value)
                if value["article"]["id"] in wanted:
                    found.append((record.key.decode(), value))
    finally:
        await consumer.stop()
    return found
