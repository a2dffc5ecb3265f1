"""A webhook receiver as a customer would write it: verifies each signature with the reference library."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def new_secret() -> str:
    """Make a signing secret of Standard Webhooks 1.0.0."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


@dataclass
class Receiver:
    """What came in, by `webhook-id`; each body was verified before it was kept."""

    url: str
    secret: str = field(default_factory=new_secret)
    received: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    arrived_at: dict[str, float] = field(default_factory=dict)
    """The loop's time of each id's first arrival, in seconds."""
    answers: list[int] = field(default_factory=list)
    """Status codes to give first, in order; 204 after them."""

    async def take(self, request: Request) -> Response:
        """Verify, keep and answer."""
        body = await request.body()
        event = Webhook(self.secret).verify(body, dict(request.headers))
        webhook_id = request.headers["webhook-id"]
        if self.answers:
            return Response(status_code=self.answers.pop(0))
        self.received.setdefault(webhook_id, []).append(event)
        self.arrived_at.setdefault(webhook_id, asyncio.get_running_loop().time())
        return Response(status_code=204)

    @property
    def destination(self) -> dict[str, Any]:
        """The document of this destination."""
        return {"kind": "destination", "id": "erp", "type": "webhook", "url": self.url, "secret": self.secret}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The first copy of each message, in order of arrival."""
        return [copies[0] for copies in self.received.values()]

    def of_type(self, alert_type: str) -> list[dict[str, Any]]:
        """Return the alerts of one type, as they stand in the events."""
        return [event["data"] for event in self.events if event["type"] == f"io.chokepoint.alert.{alert_type}.v1"]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an app on a free port of the loopback address; gives its base address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # `serve` would take the test runner's signals
    while not server.started:  # noqa: ASYNC110 - uvicorn gives no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def webhook_receiver() -> AsyncIterator[Receiver]:
    """Run a receiver for the length of the block."""
    receiver = Receiver("")
    app = Starlette(routes=[Route("/hook", receiver.take, methods=["POST"])])
    async with serving(app) as base:
        receiver.url = f"{base}/hook"
        yield receiver
