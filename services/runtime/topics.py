"""The topics of the contract on a cluster, made when they are not there."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code
from faststream.kafka.security import parse_security

from schemas.topics import Topic
from services.runtime.broker import security, servers
from services.runtime.settings import KafkaSettings

LEADER_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.1
REPLICAS: Final = 3  # or as many as there are brokers


async def ensure_topics(settings: KafkaSettings, topics: Sequence[Topic[Any]]) -> list[str]:
    """Make the topics that are not there, wait until each has its leaders, and return the names of the new ones.

    A topic that is there stays as it is, whatever its partitions and retention: someone may have tuned it.
    Raises KafkaError when the cluster cannot be reached or refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers(settings), **parse_security(security(settings)))
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        made = await _create(admin, missing)
        await _until_led(admin, [topic.name for topic in topics])
    finally:
        await admin.close()
    return made


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic[Any]]) -> list[str]:
    if not topics:
        return []
    brokers = len((await admin.describe_cluster())["brokers"])
    response = await admin.create_topics([_new_topic(topic, min(REPLICAS, brokers)) for topic in topics])
    return [name for name, code, *reason in response.topic_errors if _is_new(name, code, reason)]


def _is_new(name: str, code: int, reason: Sequence[Any]) -> bool:
    """Whether the answer to a creation says it is done; False when someone else was quicker."""
    error = for_code(code)
    if code and error is not TopicAlreadyExistsError:
        raise error(f"{name}: {reason[0] if reason else error.description}")
    return not code


def _new_topic(topic: Topic[Any], replicas: int) -> NewTopic:
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions,
        replication_factor=replicas,
        topic_configs={
            "cleanup.policy": "compact" if topic.compacted else "delete",
            "retention.ms": str(topic.retention_ms),
            # A cluster of someone else may allow no more than 1 MiB by default.
            "max.message.bytes": str(topic.max_message_bytes),
        },
    )


async def _until_led(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    try:
        async with asyncio.timeout(LEADER_SECONDS):
            while not _all_led(await admin.describe_topics(names)):  # noqa: ASYNC110 - no event comes from Kafka
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise KafkaError(f"no leader for {', '.join(names)} within {LEADER_SECONDS:.0f} s") from None


def _all_led(described: list[dict[str, Any]]) -> bool:
    return all(
        topic["error_code"] == 0 and all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in described
    )
