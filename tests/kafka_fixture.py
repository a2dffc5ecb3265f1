"""A real Kafka for the tests: `pytest_plugins = ["tests.kafka_fixture"]` brings `kafka` and `make_topics`."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio

from services.local.kafka import KafkaServer
from services.local.topics import ensure_topics


@dataclass(frozen=True)
class PlannedTopic:
    """A topic made for one test."""

    name: str
    partitions: int = 1
    retention_ms: int = 3_600_000
    compacted: bool = False


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
    home: Path = tmp_path_factory.mktemp("kafka")
    async with KafkaServer(home) as server:
        yield server


@pytest.fixture
def make_topics(kafka: KafkaServer) -> MakeTopics:
    """Give each test topics of its own, in the order of the short names it asks for."""
    prefix = unique_prefix()

    async def make(*names: str, partitions: int = 1, compacted: bool = False) -> list[str]:
        plans = [PlannedTopic(prefix + name, partitions, compacted=compacted) for name in names]
        await ensure_topics(kafka.bootstrap_servers, plans)
        return [plan.name for plan in plans]

    return make
