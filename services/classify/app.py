"""The composition root of classify: every part made once and handed to those that need it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from schemas.detection import Detection
from schemas.topics import ARTICLES, DETECTIONS
from services.classify.handlers import ReadArticles
from services.classify.reader import study, warm_up
from services.runtime.bus import Bus
from services.runtime.clock import Clock, utc_now
from services.runtime.health import Health
from services.runtime.service import Service
from services.runtime.settings import Settings

GROUP = "chokepoint-classify"
BATCH = 200


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Starlette:
    """Return the service. Nothing connects and no language is read before its lifespan starts."""
    health = Health()
    bus = Bus(settings.kafka, "classify", health=health, clock=clock)
    bus.writes(DETECTIONS)

    async def publish(found: Sequence[Detection], traces: Sequence[str | None]) -> None:
        await bus.publish(DETECTIONS, found, traces)

    bus.subscribe(ARTICLES, GROUP, ReadArticles(study, publish), max_records=BATCH)
    app = Starlette()
    Service("classify", bus, health, resources=[_languages]).install(app)
    return app


@asynccontextmanager
async def _languages() -> AsyncIterator[None]:
    """Have every lexicon compiled before the first article comes."""
    await asyncio.to_thread(warm_up)
    yield
