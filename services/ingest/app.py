"""The composition root of ingest: every part made once and handed to those that need it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from fastapi import Depends, FastAPI

from schemas.base import Message
from schemas.topics import ARTICLES, PAGE_REQUESTS, SOURCES
from services.ingest.answers import Answers
from services.ingest.api.articles import Push, articles_router
from services.ingest.api.failures import Readiness, install_failure_handlers
from services.ingest.api.sources import SourcesApi, sources_router
from services.ingest.book import PUSH_ID, Book
from services.ingest.catalogue import bundled
from services.ingest.crawl import Crawl
from services.ingest.intake import Intake
from services.ingest.pages.desk import PageDesk
from services.ingest.pages.extractor import Extractor
from services.ingest.pages.page_queue import PageQueue
from services.ingest.politeness import Hosts
from services.ingest.poll import Poller
from services.ingest.pollers import Housekeeping, Pollers
from services.ingest.robots import Robots, fetch_robots
from services.ingest.rounds import PollQueue, Rounds
from services.ingest.source_history import SourceHistory
from services.ingest.source_store import SourceStore
from services.ingest.sources.reader import Reach
from services.ingest.store import ArticleStore
from services.runtime.bus import Bus
from services.runtime.clock import Clock, utc_now
from services.runtime.database import Database, database_url, is_transient
from services.runtime.egress import guarded_client
from services.runtime.health import Health
from services.runtime.language import detect_language
from services.runtime.security import TokenGate, install_problem_handlers
from services.runtime.service import Service
from services.runtime.settings import Settings, SettingsError

M = TypeVar("M", bound=Message)

VERSION = "0.1.0"
MIGRATIONS = Path(__file__).parent / "migrations"
REQUEST_SECONDS = 15.0
PAGES_GROUP = "chokepoint-ingest-pages"
INBOX = "inbox"
"""The only folder that sources may read, inside the data folder."""


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """Return the service. Nothing connects before its lifespan starts. Raises SettingsError where no token is set."""
    health = Health()
    bus = Bus(settings.kafka, "ingest", health=health, clock=clock)
    bus.writes(ARTICLES)
    bus.writes(SOURCES)

    publish = partial(bus.publish, ARTICLES)
    publish_states = partial(bus.publish, SOURCES)
    db = Database(database_url(settings, "ingest"), "ingest", MIGRATIONS)
    articles, sources, history, answers = ArticleStore(db), SourceStore(db), SourceHistory(db), Answers(db)
    intake = Intake(articles, publish, clock)
    catalogue = bundled() if settings.ingest.catalogue else {PUSH_ID: bundled()[PUSH_ID]}
    book = Book(sources, history, catalogue, publish_states, clock)
    queue = PollQueue()
    rounds = Rounds(queue, clock)
    book.next_poll = rounds.next_at
    client = guarded_client(
        settings.egress.allow_private, timeout_seconds=REQUEST_SECONDS, user_agent=settings.user_agent
    )

    allow_private = settings.egress.allow_private
    robots = Robots(partial(fetch_robots, client, allow_private=allow_private))
    crawl = Crawl(robots, clock, time.monotonic)

    def reach(now: datetime) -> Reach:
        return Reach(client, allow_private, settings.home / INBOX, now, page_turn=crawl.page)

    desk = PageDesk(PageQueue(db), Extractor(), intake, reach, detect_language, clock, health)
    bus.subscribe(PAGE_REQUESTS, PAGES_GROUP, desk, is_transient=is_transient)
    poller = Poller(book, sources, intake, reach, detect_language, clock)
    pollers = Pollers(queue, rounds, book, poller, Hosts(time.monotonic), health)
    loops = {
        "plan": pollers.plan,
        "pollers": pollers.work,
        "pages": desk.work,
        "housekeeping": Housekeeping(articles, answers, history, clock).run,
    }
    push = Push(intake, answers, clock, detect_language, book.count_pushed)
    api = SourcesApi(book, sources, queue, lambda: rounds.plan(book.specs, {}), clock)
    app = _http(settings, push, api, health)
    service = Service("ingest", bus, health, [lambda: _open(db), lambda: client], loops, VERSION)
    service.install(app)
    return app


def _http(settings: Settings, push: Push, api: SourcesApi, health: Health) -> FastAPI:
    if settings.api.token is None:
        raise SettingsError("CHOKEPOINT_API__TOKEN is not set: nothing is served without a token")
    app = FastAPI(title="Chokepoint ingest", version=VERSION, docs_url=None, redoc_url=None)
    gates = [Depends(TokenGate(settings.api.token)), Depends(Readiness(health.not_ready))]
    app.include_router(articles_router(push), dependencies=gates)
    app.include_router(sources_router(api), dependencies=gates)
    install_problem_handlers(app)
    install_failure_handlers(app)
    return app


@asynccontextmanager
async def _open(db: Database) -> AsyncIterator[None]:
    await db.start()
    try:
        yield
    finally:
        await db.stop()
