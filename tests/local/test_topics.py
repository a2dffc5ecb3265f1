"""The contract's topics on the embedded broker."""

import asyncio
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from schemas.topics import SOURCES, TOPICS
from services.local.kafka import KafkaServer
from services.runtime.settings import KafkaSettings
from services.runtime.topics import ensure_topics
from tests.kafka_fixture import unique_prefix

pytestmark = pytest.mark.system


def settings(server: KafkaServer) -> KafkaSettings:
    """Point a client at the server."""
    return KafkaSettings(bootstrap_servers=server.bootstrap_servers)


async def test_the_contracts_topics_are_made_once(kafka: KafkaServer) -> None:
    """All are made with their partitions; making them again changes nothing, even when a plan differs by now."""
    prefix = unique_prefix()
    topics = [replace(topic, name=prefix + topic.name) for topic in TOPICS]
    assert sorted(await ensure_topics(settings(kafka), topics)) == sorted(topic.name for topic in topics)
    more = [replace(topic, partitions=topic.partitions + 1) for topic in topics]
    assert await ensure_topics(settings(kafka), more) == []
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    described = await admin.describe_topics([topic.name for topic in topics])
    await admin.close()
    partitions = {one["topic"]: len(one["partitions"]) for one in described}
    assert partitions == {topic.name: topic.partitions for topic in topics}


async def test_several_that_make_the_same_topic_at_once_all_succeed(kafka: KafkaServer) -> None:
    """Services start together: one makes the topic, the others find it made."""
    topic = replace(SOURCES, name=unique_prefix() + "raced")
    made = await asyncio.gather(*(ensure_topics(settings(kafka), [topic]) for _ in range(4)))
    assert sorted(map(len, made)) == [0, 0, 0, 1]
