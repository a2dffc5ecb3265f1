"""What every message has in common: frozen, tolerant of fields it does not know, deterministic in its ids."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Message(BaseModel):
    """A fact on the wire.

    Frozen, and unknown fields are ignored, so that a reader of today survives a writer of tomorrow (contracts: a
    field is added freely, never renamed or re-typed within a version).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


def _in_utc(value: datetime) -> datetime:
    """Read a time without a zone as UTC and bring every other one there, so that comparisons cannot raise."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


UtcDatetime = Annotated[datetime, AfterValidator(_in_utc)]
"""A time in UTC; on the wire ISO 8601 with `Z`."""


def stable_id(prefix: str, *parts: object) -> str:
    """Return `<prefix>_<26 hex digits>` made from the parts alone: the same thing has the same id on every machine.

    104 bits of SHA-256 keep the chance of a clash among a billion ids below one in ten trillion.
    """
    digest = hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass"))
    return f"{prefix}_{digest.hexdigest()[:26]}"
