"""The Kafka broker with the delivery policy, in this one place.

At least once: `NACK_ON_ERROR` commits an offset only after the handler returned and re-reads every partition of a
batch otherwise (correct over several partitions from FastStream 0.7.8 on). Producers wait for all in-sync replicas
and are idempotent, so that a retry inside the client cannot write twice.
"""

import logging
import ssl
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from services.runtime.settings import KafkaSettings

MAX_REQUEST_BYTES = 6 * 1024 * 1024
GRACEFUL_SECONDS = 4.0
BATCH_TIMEOUT_MS = 20  # FastStream waits twice this long between looks while a topic is idle

_SASL = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}

CONSUMER: dict[str, Any] = {
    "session_timeout_ms": 6000,  # a killed copy's partitions go to another after this; the least that Kafka allows
    "heartbeat_interval_ms": 2000,
    "auto_offset_reset": "earliest",  # a new group reads what was kept, never "from now on"
    "batch": True,
    "batch_timeout_ms": BATCH_TIMEOUT_MS,
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": MAX_REQUEST_BYTES,
    "ack_policy": AckPolicy.NACK_ON_ERROR,
    "no_reply": True,
}


def create_broker(settings: KafkaSettings, client_id: str) -> KafkaBroker:
    """Return the broker, not yet connected."""
    return KafkaBroker(
        servers(settings),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        max_batch_size=1024 * 1024,
        max_request_size=MAX_REQUEST_BYTES,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=GRACEFUL_SECONDS,
        security=security(settings),
        apply_types=False,  # records come raw and are decoded one by one
        allow_auto_create_topics=False,
        logger=logging.getLogger("chokepoint.faststream"),  # FastStream's own logger writes past our handlers
        log_level=logging.DEBUG,
    )


def servers(settings: KafkaSettings) -> list[str]:
    """Return where the brokers are; `chokepoint up` and containers always say it."""
    return (settings.bootstrap_servers or "127.0.0.1:19092").split(",")


def security(settings: KafkaSettings) -> BaseSecurity | None:
    """Return how to authenticate and encrypt, or nothing for a plain connection."""
    encrypted = settings.security_protocol.endswith("SSL")
    context = ssl.create_default_context(cafile=settings.ssl_cafile) if encrypted else None
    if settings.security_protocol.startswith("SASL"):
        password = settings.sasl_password.get_secret_value() if settings.sasl_password else ""
        make = _SASL[settings.sasl_mechanism]
        return make(settings.sasl_username or "", password, use_ssl=encrypted, ssl_context=context)
    return BaseSecurity(ssl_context=context, use_ssl=True) if encrypted else None


async def parse_raw(records: tuple[ConsumerRecord, ...], original: Any) -> Any:
    """Give FastStream its message object without letting it decode anything: a strange header must not fail a batch."""
    message = await original(tuple(replace(record, headers=()) for record in records))
    message.raw_message = records
    return message


async def decode_raw(message: Any) -> Any:
    """Hand the handler the records as they came."""
    return message.raw_message
