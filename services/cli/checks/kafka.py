"""Kafka: the configured one or the embedded one, and the topics on it."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.topics import TOPICS
from services.cli.checks import Check, Failure
from services.cli.extras import load
from services.runtime.settings import KafkaSettings, Settings

CONNECT_SECONDS: Final = 10.0
HOST: Final = "127.0.0.1"


def kafka_checks(settings: Settings) -> Iterator[Check]:
    """Look at the broker and, where one answers, at its topics."""
    kafka = settings.kafka
    if kafka.bootstrap_servers is None:
        yield Check("java", _java)
        if not _answers(settings.local.kafka_port):
            yield Check("kafka", lambda: "not running; `chokepoint up` starts the embedded one")
            return
        kafka = kafka.model_copy(update={"bootstrap_servers": f"{HOST}:{settings.local.kafka_port}"})
    yield Check("kafka", lambda: _topics(kafka))


def _java() -> str:
    errors = load("services.local.errors", "local")
    try:
        java = load("services.local.java", "local").find_java()
    except errors.LocalError as error:
        raise Failure(str(error), "pip install 'chokepoint[local]'") from None
    return f"Java {java.major} at {java.binary}"


def _answers(port: int) -> bool:
    return bool(load("services.local.ports", "local").accepts(port))


def _topics(kafka: KafkaSettings) -> str:
    found = asyncio.run(_partitions(kafka))
    missing = [topic.name for topic in TOPICS if topic.name not in found]
    if missing:
        raise Failure(
            f"{kafka.bootstrap_servers} answers, but has no topic {', '.join(missing)}",
            "run `chokepoint up`, which makes them, or make them as schemas/topics.py says",
        )
    partitions = ", ".join(f"{topic.name.removeprefix('chokepoint.')} {found[topic.name]}" for topic in TOPICS)
    return f"{kafka.bootstrap_servers}; partitions: {partitions}"


async def _partitions(kafka: KafkaSettings) -> Mapping[str, int]:
    """Return how many partitions each topic has."""
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - slow to import
    from aiokafka.errors import KafkaError  # noqa: PLC0415 - the same
    from faststream.kafka.security import parse_security  # noqa: PLC0415 - the same

    from services.runtime.broker import security, servers  # noqa: PLC0415 - the same

    admin = AIOKafkaAdminClient(bootstrap_servers=servers(kafka), **parse_security(security(kafka)))
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await admin.start()
            described: list[dict[str, Any]] = await admin.describe_topics()
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        why = str(error) or f"no answer within {CONNECT_SECONDS:.0f} s"
        raise Failure(
            f"{kafka.bootstrap_servers}: {why}",
            "start Kafka, or correct CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS and the security settings beside it",
        ) from None
    finally:
        await admin.close()
    return {topic["topic"]: len(topic["partitions"]) for topic in described}
