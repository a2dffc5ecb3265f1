"""Both databases for the tests of the alert service, and the records it is given."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.base import Message
from services.alert.app import MIGRATIONS
from services.runtime.database import Database
from services.runtime.records import Received
from tests.alert.reports import LATER


@asynccontextmanager
async def opened(url: str, schema: str = "alert") -> AsyncIterator[Database]:
    """Open the alert service's database at this address, migrated."""
    db = Database(url, schema, Path(MIGRATIONS))
    await db.start()
    try:
        yield db
    finally:
        await db.stop()


def received(messages: Sequence[Message], traceparent: str | None = None) -> list[Received[Any]]:
    """Return messages as the bus hands them over."""
    return [Received(message, traceparent, "topic", 0, offset) for offset, message in enumerate(messages)]


def later() -> datetime:
    """Return the present time of the tests."""
    return LATER
