"""DeadLetter: a record that could not be read or handled, with its bytes and the reason."""

import base64
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from schemas.base import Message, UtcDatetime


def _decoded(value: str | bytes) -> bytes:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Bytes = Annotated[
    bytes,
    BeforeValidator(_decoded),
    PlainSerializer(_encoded, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""Bytes as they are; base64 (RFC 4648, section 4) in JSON."""


class DeadLetter(Message):
    """Nothing is lost: what cannot be read is kept as it came, and an operator can send it again."""

    topic: str
    partition: int
    offset: int
    key: Bytes | None = None
    value: Bytes | None = None
    headers: dict[str, Bytes] = Field(default_factory=dict)
    service: str
    error: str
    """The kind of failure: `undecodable` (not the topic's model) or `unhandled` (read, but it can never be handled)."""
    reason: str
    """What was wrong and where, in one line."""
    dropped_at: UtcDatetime
