"""The alert service's HTTP face over a database, with a channel that records instead of sending."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI

from schemas.detection import Detection
from services.alert import api, console
from services.alert.delivery.settings import DeliverySettings
from services.alert.delivery.worker import Worker
from services.alert.deps import Deps
from services.alert.handlers import DetectionsHandler
from services.runtime.database import Database
from services.runtime.security import install_problem_handlers
from services.runtime.settings import load_settings
from tests.alert.databases import received
from tests.alert.delivery.ledger_fixture import Recording
from tests.alert.reports import LATER

TOKEN = "the-token"
SECRET = "signs-unsubscribe-links"
BASE = "http://console.example"
WEBHOOK_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
API_HEADERS = {"authorization": f"Bearer {TOKEN}"}


@dataclass
class Site:
    """A client with the token, and the parts behind the app."""

    client: httpx.AsyncClient
    app: FastAPI
    db: Database
    channel: Recording
    deps: Deps
    now: datetime = LATER

    async def ask(self, method: str, path: str, status: int = 200, **request: Any) -> Any:
        """Return the JSON of an answer that must have this status."""
        answer = await self.client.request(method, path, **request)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, status: int, **request: Any) -> str:
        """Return the line of a refusal; it must be a problem document of one line."""
        answer = await self.client.request(method, path, **request)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        detail: str = answer.json()["detail"]
        assert detail
        assert "\n" not in detail
        return detail

    async def tell(self, *detections: Detection) -> None:
        """Have the service take detections, now."""
        await DetectionsHandler(self.db, lambda: self.now)(received(detections))

    async def subscribe(self, destination: str = "desk", **match: Any) -> None:
        """Write a log destination and a subscription that leads there."""
        await self.client.put(f"/api/v1/destinations/{destination}", json={"type": "log"})
        document = {"destinations": [destination], "match": match}
        answer = await self.client.put(f"/api/v1/subscriptions/{destination}-team", json=document)
        assert answer.is_success, answer.text

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Run the delivery worker for the length of the block."""
        stopping = asyncio.Event()
        task = asyncio.create_task(self.deps.worker.run(stopping))
        try:
            yield
        finally:
            stopping.set()
            await asyncio.wait_for(task, 10)


@asynccontextmanager
async def site_over(db: Database) -> AsyncIterator[Site]:
    """Make the app as the composition root does, and a client that shows the token."""
    channel, wake, stopping = Recording(), asyncio.Event(), asyncio.Event()
    settings = load_settings({"CHOKEPOINT_API__TOKEN": TOKEN, "CHOKEPOINT_PUBLIC_URL": BASE})
    app = FastAPI(title="Chokepoint alert")
    site: Site

    def clock() -> datetime:
        return site.now

    bounds = DeliverySettings(public_url=BASE, poll_seconds=0.05)
    channels = {"log": channel, "webhook": channel, "slack": channel, "email": channel}
    worker = Worker(db, channels, clock, wake, settings=bounds)
    deps = Deps(db, clock, settings, wake, worker, stopping, SECRET)
    install_problem_handlers(app)
    api.install(app, deps)
    console.install(app, deps)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=API_HEADERS) as client:
        site = Site(client, app, db, channel, deps)
        yield site
