"""`/api/v1/events`: new alerts and changed measures as Server-Sent Events, as they come."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from services.alert.api.stream import Stream
from services.alert.deps import Deps

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class EventStream(StreamingResponse):
    """A response without end, which ends well when the server is told to stop."""

    media_type = "text/event-stream"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the stream, the listener or the server ends."""
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            # On SIGTERM the server waits a second for open requests and cancels the rest: this is the expected end,
            # not an error to log.
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def router(deps: Deps) -> APIRouter:
    """Return the route of events, documented for OpenAPI."""
    routes = APIRouter(prefix="/events", tags=["events"])

    @routes.get("", summary="New alerts and changed measures as they come", response_class=EventStream)
    async def events(last_event_id: Annotated[str | None, Header()] = None) -> EventStream:
        """`event: alert` carries the alert, `event: measure` id, version, headline and times.

        After a break, `Last-Event-ID` brings what came meanwhile, at most an hour of it. Receivers drop a repeat by
        `id`.
        """
        stream = Stream(deps, last_event_id)
        return EventStream(stream.chunks(), headers=_HEADERS)

    return routes
