"""A web site on loopback, and one reading of one source."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest_asyncio

from services.ingest.sources import READERS
from services.ingest.sources.reader import Fetched, PageTurn, Reach, at_any_time
from services.ingest.spec import read_spec
from services.runtime.egress import guarded_client
from tests.ingest.sources.stages import NOW

Read = Callable[..., Awaitable[Fetched]]


@pytest_asyncio.fixture
async def read(tmp_path: Path) -> AsyncIterator[Read]:
    """Give a function that reads a source of these fields once."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:

        async def once(
            validators: Mapping[str, Any] | None = None,
            *,
            now: datetime = NOW,
            memory: bytes | None = None,
            page_turn: PageTurn = at_any_time,
            **fields: Any,
        ) -> Fetched:
            async def recall() -> bytes | None:
                return memory

            spec = read_spec({"id": "s", **fields})
            reach = Reach(client, allow_private=True, inbox=tmp_path, now=now, page_turn=page_turn, recall=recall)
            return await READERS[spec.type].fetch(spec, validators or {}, reach)

        yield once
