"""The composition root of ingest: every part made once and handed to those that need it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import Depends, FastAPI

from schemas.article import Article
from schemas.topics import ARTICLES, SOURCES
from services.ingest.answers import Answers
from services.ingest.api.articles import Push, articles_router
from services.ingest.intake import Intake
from services.ingest.store import ArticleStore
from services.runtime.bus import Bus
from services.runtime.clock import Clock, utc_now
from services.runtime.database import Database, database_url
from services.runtime.health import Health
from services.runtime.language import detect_language
from services.runtime.security import TokenGate, install_problem_handlers
from services.runtime.service import Service
from services.runtime.settings import Settings, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """Return the service. Nothing connects before its lifespan starts. Raises SettingsError where no token is set."""
    health = Health()
    bus = Bus(settings.kafka, "ingest", health=health, clock=clock)
    bus.writes(ARTICLES)
    bus.writes(SOURCES)
    db = Database(database_url(settings, "ingest"), "ingest", MIGRATIONS)

    async def publish(articles: Sequence[Article]) -> None:
        await bus.publish(ARTICLES, articles)

    intake = Intake(ArticleStore(db), publish, clock)
    push = Push(intake, Answers(db), clock, detect_language, health.not_ready)
    app = _http(settings, push)
    Service("ingest", bus, health, resources=[lambda: _open(db)]).install(app)
    return app


def _http(settings: Settings, push: Push) -> FastAPI:
    if settings.api.token is None:
        raise SettingsError("CHOKEPOINT_API__TOKEN is not set: nothing is served without a token")
    app = FastAPI(title="Chokepoint ingest", version="0.1.0", docs_url=None, redoc_url=None)
    app.include_router(articles_router(push), dependencies=[Depends(TokenGate(settings.api.token))])
    install_problem_handlers(app)
    return app


@asynccontextmanager
async def _open(db: Database) -> AsyncIterator[None]:
    await db.start()
    try:
        yield
    finally:
        await db.stop()
