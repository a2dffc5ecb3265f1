"""Records: a topic's messages to bytes and back, one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from schemas.base import Message
from schemas.dead_letter import DeadLetter
from schemas.topics import Topic
from services.runtime.clock import Clock

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """One message as it was read, with where it stood and the trace it belongs to."""

    message: M
    traceparent: str | None
    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One record that is no message, and why."""

    record: ConsumerRecord
    error: str
    reason: str


def decode(topic: Topic[M], record: ConsumerRecord) -> Received[M] | Unreadable:
    """Read one record; never raises."""
    try:
        message = topic.model.model_validate_json(record.value or b"")
    except ValidationError as error:
        return Unreadable(record, "undecodable", _first(error))
    return Received(message, traceparent(record), record.topic, record.partition, record.offset)


def traceparent(record: ConsumerRecord) -> str | None:
    """Return the record's trace header where it is ASCII; its form is checked by whoever uses it."""
    for name, value in record.headers:
        if name == "traceparent" and value is not None and value.isascii():
            return bytes(value).decode("ascii")
    return None


def encode(topic: Topic[M], message: M, trace: str | None) -> tuple[bytes, bytes, dict[str, str]]:
    """Return the key, value and headers of one message."""
    headers = {"content-type": "application/json", "schema": topic.schema}
    if trace:
        headers["traceparent"] = trace
    return topic.key(message).encode(), message.model_dump_json().encode(), headers


def dead_letter(unreadable: Unreadable, service: str, clock: Clock) -> DeadLetter:
    """Return what is kept of a record that cannot be read or handled."""
    record = unreadable.record
    return DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers={name: value or b"" for name, value in record.headers},
        service=service,
        error=unreadable.error,
        reason=unreadable.reason,
        dropped_at=clock(),
    )


def split(
    records: Sequence[ConsumerRecord], read: Callable[[ConsumerRecord], Received[M] | Unreadable]
) -> tuple[list[Received[M]], list[Unreadable]]:
    """Read each record by itself: one bad one does not spoil its batch."""
    good: list[Received[M]] = []
    bad: list[Unreadable] = []
    for record in records:
        result = read(record)
        if isinstance(result, Received):
            good.append(result)
        else:
            bad.append(result)
    return good, bad


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the record"
    return f"{where}: {first['msg']}"[:500]
