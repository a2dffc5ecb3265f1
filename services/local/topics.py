"""The topics of the contract on a cluster, made when they are not there."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from services.local.broker_config import MAX_MESSAGE_BYTES
from services.local.errors import LocalError

LEADER_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.1


class TopicPlan(Protocol):
    """What is needed of a topic to make it; `schemas.topics.Topic` is one."""

    @property
    def name(self) -> str:
        """The topic's name."""

    @property
    def partitions(self) -> int:
        """How many partitions."""

    @property
    def retention_ms(self) -> int:
        """How long records are kept; -1 for ever."""

    @property
    def compacted(self) -> bool:
        """Whether only the last record of each key is kept."""


async def ensure_topics(
    bootstrap_servers: str, topics: Sequence[TopicPlan], replication: int = 1, **connection: Any
) -> list[str]:
    """Make the topics that are not there, wait until each has its leaders, and return the names of the new ones.

    A topic that is there stays as it is, whatever its partitions and retention: someone may have tuned it.
    `connection` goes to aiokafka's admin client (security protocol and the like). Raises LocalError when the cluster
    cannot be reached or refuses.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, **connection)
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        made = await _create(admin, missing, replication)
        await _until_led(admin, [topic.name for topic in topics])
    except KafkaError as error:
        raise LocalError(f"The topics could not be made on Kafka at {bootstrap_servers}: {error}") from error
    finally:
        await admin.close()
    return made


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[TopicPlan], replication: int) -> list[str]:
    if not topics:
        return []
    response = await admin.create_topics([_new_topic(topic, replication) for topic in topics])
    return [name for name, code, *reason in response.topic_errors if _is_new(name, code, reason)]


def _is_new(name: str, code: int, reason: Sequence[Any]) -> bool:
    """Whether the answer to a creation says it is done; False when someone else was quicker."""
    error = for_code(code)
    if code and error is not TopicAlreadyExistsError:
        raise error(f"{name}: {reason[0] if reason else error.description}")
    return not code


def _new_topic(topic: TopicPlan, replication: int) -> NewTopic:
    cleanup = "compact" if topic.compacted else "delete"
    return NewTopic(
        topic.name,
        num_partitions=topic.partitions,
        replication_factor=replication,
        topic_configs={
            "cleanup.policy": cleanup,
            "retention.ms": str(topic.retention_ms),
            # A cluster of someone else may allow no more than 1 MiB by default.
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
        },
    )


async def _until_led(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    try:
        async with asyncio.timeout(LEADER_SECONDS):
            while not _all_led(await admin.describe_topics(names)):  # noqa: ASYNC110 - no event comes from Kafka
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise LocalError(f"Kafka gave no leader to {', '.join(names)} within {LEADER_SECONDS:.0f} s.") from None


def _all_led(described: list[dict[str, Any]]) -> bool:
    return all(
        topic["error_code"] == 0 and all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in described
    )
