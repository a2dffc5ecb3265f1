"""Ingest without Kafka: every real part over one database, and a record of what went out."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from fastapi import FastAPI

from schemas.source_state import SourceState
from services.ingest.api.failures import install_failure_handlers
from services.ingest.api.sources import SourcesApi, sources_router
from services.ingest.book import Book
from services.ingest.intake import Intake
from services.ingest.poll import Poller
from services.ingest.rounds import PollQueue
from services.ingest.source_history import SourceHistory
from services.ingest.source_store import SourceStore
from services.ingest.sources.reader import Reach
from services.ingest.spec import SourceSpec, read_spec
from services.ingest.store import ArticleStore
from services.runtime.database import Database
from services.runtime.egress import guarded_client
from services.runtime.language import detect_language
from services.runtime.security import install_problem_handlers
from tests.ingest.conftest import HandClock, Published


@dataclass
class Desk:
    """The parts a test speaks to."""

    book: Book
    store: SourceStore
    poller: Poller
    queue: PollQueue
    published: Published
    clock: HandClock
    told: list[SourceState] = field(default_factory=list)
    replanned: int = 0

    async def set(self, **fields: object) -> SourceSpec:
        """Set a source and return it."""
        spec = read_spec({"id": "s", "every": "10m", **fields})
        await self.book.put(spec)
        return spec

    def client(self) -> httpx.AsyncClient:
        """Return a client of the sources API, served in this process."""

        def replan() -> None:
            self.replanned += 1

        app = FastAPI()
        app.include_router(sources_router(SourcesApi(self.book, self.store, self.queue, replan, self.clock)))
        install_problem_handlers(app)
        install_failure_handlers(app)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest.test/api/v1/sources")


@asynccontextmanager
async def open_desk(
    db: Database, published: Published, clock: HandClock, inbox: Path, catalogue: Mapping[str, SourceSpec]
) -> AsyncIterator[Desk]:
    """Put the parts together; sources on loopback are allowed."""
    told: list[SourceState] = []

    async def tell(states: Sequence[SourceState]) -> None:
        if published.failure:
            raise published.failure
        told.extend(states)

    store = SourceStore(db)
    book = Book(store, SourceHistory(db), catalogue, tell, clock)
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:

        def reach(now: datetime) -> Reach:
            return Reach(client, allow_private=True, inbox=inbox, now=now)

        poller = Poller(book, store, Intake(ArticleStore(db), published, clock), reach, detect_language, clock)
        yield Desk(book, store, poller, PollQueue(), published, clock, told)
