"""The whole service on a real broker: a detection in, an alert on the topic and a delivery out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from schemas.alert import Alert
from schemas.detection import Detection
from schemas.topics import ALERTS, DETECTIONS
from services.alert.app import create_app
from services.alert.objects import Destination, Match, Subscription
from services.alert.store.objects import put_destination, put_subscription
from services.alert.tables import deliveries
from services.local.kafka import KafkaServer
from services.runtime.bus import Bus
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.health import Health
from services.runtime.settings import ApiSettings, KafkaSettings, Settings, SettingsError
from tests.alert.databases import opened
from tests.alert.reports import pact

pytestmark = pytest.mark.system
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def settings_for(kafka: KafkaServer, home: Path) -> Settings:
    """Return the settings of a service with its own data folder."""
    return Settings(
        home=home,
        kafka=KafkaSettings(bootstrap_servers=kafka.bootstrap_servers),
        api=ApiSettings(token=SecretStr("a-token-for-the-tests")),
    )


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Run the app's life and wait until it is ready."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://alert") as client,
    ):
        async with asyncio.timeout(60):
            while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110 - an answer over HTTP sets no event
                await asyncio.sleep(0.1)
        yield client


async def publish(settings: Settings, *detections: Detection) -> None:
    """Put detections on the topic, as classify does."""
    bus = Bus(settings.kafka, "test", health=Health())
    await bus.start()
    await bus.publish(DETECTIONS, detections, traces=[TRACE] * len(detections))
    await bus.stop()


async def alert_about(settings: Settings, detection: Detection) -> tuple[Alert, dict[str, bytes]]:
    """Read the topic of alerts from its start until the one with this article comes; return it with its headers."""
    consumer = AIOKafkaConsumer(
        ALERTS.name, bootstrap_servers=settings.kafka.bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            async for record in consumer:
                alert = Alert.model_validate_json(record.value)
                if alert.evidence[0].article_id == detection.article.id:
                    assert record.key == alert.measure_id.encode()
                    return alert, dict(record.headers)
    finally:
        await consumer.stop()
    raise AssertionError("the topic ended")


async def told_to(db: Database, destination: str) -> list[str]:
    """Wait until something was delivered there; return the traces of what was."""
    async with asyncio.timeout(60):
        while True:
            async with db.read() as connection:
                statement = select(deliveries.c.traceparent, deliveries.c.status)
                rows = (await connection.execute(statement.where(deliveries.c.destination_id == destination))).all()
            if rows and all(row.status == "delivered" for row in rows):
                return [row.traceparent for row in rows]
            await asyncio.sleep(0.1)


async def test_a_detection_becomes_an_alert_on_the_topic_and_a_delivery(kafka: KafkaServer, tmp_path: Path) -> None:
    """From detections.v1 to alerts.v1 and to a log destination, on one trace; the service starts and stops cleanly."""
    settings = settings_for(kafka, tmp_path)
    detection = pact(issuers="US JP", goods="rare-earths", article=f"article-of-{tmp_path.name}", day=1)
    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'alert.db'}") as db:
        async with db.write() as connection:
            await put_destination(connection, Destination(id="desk", type="log"), utc_now())
            wanted = Subscription(id="team", destinations=("desk",), match=Match(issuers=("JP",)))
            await put_subscription(connection, wanted, utc_now())
        async with running(create_app(settings)) as client:
            await publish(settings, detection, detection)
            alert, headers = await alert_about(settings, detection)
            assert alert.type.value == "opened"
            assert headers["traceparent"] == TRACE.encode()
            assert headers["schema"] == b"alert.v1"
            assert await told_to(db, "desk") == [TRACE]
            assert (await client.get("/health/live")).json()["status"] == "ok"


def test_without_a_token_nothing_is_served(tmp_path: Path) -> None:
    """The start stops with one line that names the setting."""
    with pytest.raises(SettingsError, match="CHOKEPOINT_API__TOKEN"):
        create_app(Settings(home=tmp_path))


def test_making_the_app_connects_to_nothing(tmp_path: Path) -> None:
    """No broker, no database, no file: all of it waits for the lifespan."""
    settings = Settings(home=tmp_path / "home", api=ApiSettings(token=SecretStr("t" * 32)))
    assert create_app(settings).title == "Chokepoint alert"
    assert not (tmp_path / "home").exists()
