"""A real Kafka for the tests: `pytest_plugins = ["tests.kafka_fixture"]` brings `kafka` and `make_topics`."""

import uuid
from collections.abc import AsyncIterator
from typing import Protocol

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.local.kafka import KafkaServer


class MakeTopics(Protocol):
    """What `make_topics` gives: call it with short names, get real ones that no other test uses, in the same order."""

    async def __call__(self, *names: str, partitions: int = 1, compacted: bool = False) -> list[str]:
        """Make the topics."""


def unique_prefix() -> str:
    """Make a prefix for topics and consumer groups that no other test uses."""
    return f"t{uuid.uuid4().hex[:10]}-"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KafkaServer]:
    """Run one broker for the whole test session, on free ports; crash tests start one of their own."""
    async with KafkaServer(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture
def make_topics(kafka: KafkaServer) -> MakeTopics:
    """Give each test topics of its own, in the order of the short names it asks for."""
    prefix = unique_prefix()

    async def make(*names: str, partitions: int = 1, compacted: bool = False) -> list[str]:
        full_names = [prefix + name for name in names]
        await create_topics(kafka, *full_names, partitions=partitions, compacted=compacted)
        return full_names

    return make


async def create_topics(server: KafkaServer, *names: str, partitions: int = 1, compacted: bool = False) -> None:
    """Make topics that must not be there yet."""
    configs = {"cleanup.policy": "compact" if compacted else "delete"}
    admin = AIOKafkaAdminClient(bootstrap_servers=server.bootstrap_servers)
    await admin.start()
    try:
        response = await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs) for name in names])
    finally:
        await admin.close()
    assert [error for _, error, *_ in response.topic_errors] == [0] * len(names), response
