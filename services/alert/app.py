"""The composition root of alert: every part made once and handed to those that need it."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from schemas.alert import Alert
from schemas.topics import ALERTS, DETECTIONS, SOURCES
from services.alert import api, console
from services.alert.channels.contract import Channel
from services.alert.channels.registry import open_channels
from services.alert.delivery.settings import DeliverySettings
from services.alert.delivery.worker import Worker
from services.alert.deps import Deps
from services.alert.handlers import DetectionsHandler
from services.alert.outbox import Relay
from services.alert.sources import SourcesHandler
from services.runtime.bus import Bus
from services.runtime.clock import Clock, utc_now
from services.runtime.database import Database, database_url, is_transient
from services.runtime.health import Health
from services.runtime.security import install_problem_handlers
from services.runtime.service import Service
from services.runtime.settings import Settings, SettingsError

MIGRATIONS = Path(__file__).parent / "migrations"
GROUP = "chokepoint-alert"
SOURCES_GROUP = "chokepoint-alert-sources"
BATCH = 200
STUCK_SECONDS = 60.0


def create_app(settings: Settings, *, clock: Clock = utc_now) -> FastAPI:
    """Return the service. Nothing connects before its lifespan starts. Raises SettingsError where no token is set."""
    if settings.api.token is None:
        raise SettingsError("CHOKEPOINT_API__TOKEN is not set: nothing is served without a token")
    health = Health()
    bus = Bus(settings.kafka, "alert", health=health, clock=clock)
    bus.writes(ALERTS)
    db = Database(database_url(settings, "alert"), "alert", MIGRATIONS)
    to_relay, to_worker = asyncio.Event(), asyncio.Event()
    channels: dict[str, Channel] = {}

    async def publish(told: Sequence[Alert], traces: Sequence[str | None]) -> None:
        await bus.publish(ALERTS, told, traces)

    relay = Relay(db, publish, to_relay, health.loop("outbox", STUCK_SECONDS))
    worker = Worker(
        db,
        channels,
        clock,
        to_worker,
        settings=DeliverySettings(settings.public_url),
        beat=health.loop("delivery", STUCK_SECONDS).beat,
    )
    handle = DetectionsHandler(db, clock, wake=(to_relay, to_worker))
    bus.subscribe(DETECTIONS, GROUP, handle, max_records=BATCH, is_transient=is_transient)
    bus.subscribe(SOURCES, SOURCES_GROUP, SourcesHandler(db, clock), max_records=BATCH, is_transient=is_transient)

    app = FastAPI(title="Chokepoint alert", version="0.1.0", docs_url=None, redoc_url=None)
    install_problem_handlers(app)
    _install_faces(app, Deps(db, clock, settings, to_worker, worker, bus.stopping, _unsubscribe_secret(settings)))

    @asynccontextmanager
    async def open_parts() -> AsyncIterator[None]:
        """Open the database, and the channels that the worker sends through."""
        await db.start()
        try:
            async with open_channels(settings, _unsubscribe_secret(settings), clock) as opened:
                channels.update(opened)
                yield
        finally:
            await db.stop()

    loops = {"outbox": relay.run, "delivery": worker.run}
    Service("alert", bus, health, resources=[open_parts], loops=loops).install(app)
    return app


def _install_faces(app: FastAPI, deps: Deps) -> None:
    """Give the app its API and its pages."""
    api.install(app, deps)
    console.install(app, deps)


def _unsubscribe_secret(settings: Settings) -> str:
    """Return what signs unsubscribe links: from the token, so that every copy of the service signs alike."""
    token = settings.api.token.get_secret_value() if settings.api.token else ""
    return hmac.new(token.encode(), b"unsubscribe", "sha256").hexdigest()
