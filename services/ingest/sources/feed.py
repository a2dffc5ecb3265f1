"""Feed: RSS 2.0, RSS 1.0, Atom or JSON Feed over HTTP, asked for politely."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.ingest.sources.entries import read_entries
from services.ingest.sources.reader import Fetched, Reach
from services.ingest.sources.request import DEADLINE_SECONDS, MAX_BYTES, Limits, ask
from services.ingest.spec import SourceSpec

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True)
class FeedReader:
    """Reads one feed."""

    max_bytes: int = MAX_BYTES
    """Of the body, on the wire and unpacked."""
    deadline_seconds: float = DEADLINE_SECONDS
    """For the whole answer, over every redirect."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the feed's entries. Raises Busy, Transient or Permanent."""
        limits = Limits(self.max_bytes, self.deadline_seconds)
        answer = await ask(reach, spec.url or "", validators, accept=ACCEPT, limits=limits)
        if answer.unchanged:
            return Fetched(validators=answer.validators, unchanged=True, moved_to=answer.moved_to)
        items = await asyncio.to_thread(read_entries, answer.text, answer.final_url)
        return Fetched(items, answer.validators, moved_to=answer.moved_to)
