"""Fixtures of ingest: both databases, a clock that is set by hand, the HTTP face without a broker."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI

from schemas.article import Article
from services.ingest.answers import Answers
from services.ingest.api.articles import Push, articles_router
from services.ingest.api.failures import Readiness, install_failure_handlers
from services.ingest.app import MIGRATIONS
from services.ingest.intake import Intake
from services.ingest.store import ArticleStore
from services.runtime.database import Database
from services.runtime.language import detect_language
from services.runtime.security import install_problem_handlers
from tests.ingest.site import Site, open_site


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    now: datetime = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time it was set to."""
        return self.now

    def move(self, **by: float) -> None:
        """Move it, for example `move(hours=3)`."""
        self.now += timedelta(**by)


@dataclass
class Published:
    """What went out, at the seam to Kafka; `failure` is raised instead while it is set."""

    articles: list[Article] = field(default_factory=list)
    failure: Exception | None = None

    async def __call__(self, articles: Sequence[Article]) -> None:
        """Take a batch, or fail."""
        if self.failure:
            raise self.failure
        self.articles += articles


@pytest.fixture
def clock() -> HandClock:
    """Give a clock that stands at 2026-11-24 08:00 UTC."""
    return HandClock()


@pytest.fixture
def published() -> Published:
    """Give the record of what went out."""
    return Published()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database, migrated."""
    db = Database(url, "ingest", MIGRATIONS)
    await db.start()
    try:
        yield db
    finally:
        await db.stop()


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Give each database in turn, empty and migrated."""
    url = f"sqlite+aiosqlite:///{tmp_path}/ingest.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    async with opened(url) as database:
        yield database


@pytest_asyncio.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """Give SQLite alone, where a test is not about the database."""
    async with opened(f"sqlite+aiosqlite:///{tmp_path}/ingest.db") as database:
        yield database


@pytest.fixture
def intake(db: Database, published: Published, clock: HandClock) -> Intake:
    """Give the one way in, over each database."""
    return Intake(ArticleStore(db), published, clock)


def push_client(db: Database, published: Published, clock: HandClock, waiting: dict[str, str]) -> httpx.AsyncClient:
    """Return a client of the push API, served in this process."""
    push = Push(Intake(ArticleStore(db), published, clock), Answers(db), clock, detect_language, lambda _count: None)
    app = FastAPI()
    app.include_router(articles_router(push), dependencies=[Depends(Readiness(lambda: waiting))])
    install_problem_handlers(app)
    install_failure_handlers(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest.test")


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """Give a web site on loopback."""
    async with open_site() as opened:
        yield opened
