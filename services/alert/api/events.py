"""`/api/v1/events`: new alerts and changed measures as Server-Sent Events, as they come."""

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from services.alert.api.stream import Stream
from services.alert.deps import Deps

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def router(deps: Deps) -> APIRouter:
    """Return the route of events, documented for OpenAPI."""
    routes = APIRouter(prefix="/events", tags=["events"])

    @routes.get("", summary="New alerts and changed measures as they come (Server-Sent Events)")
    async def events(last_event_id: Annotated[str | None, Header()] = None) -> StreamingResponse:
        """`event: alert` carries the alert, `event: measure` id, version, headline and times.

        After a break, `Last-Event-ID` brings what came meanwhile, at most an hour of it. Receivers drop a repeat by
        `id`.
        """
        stream = Stream(deps, last_event_id)
        return StreamingResponse(stream.chunks(), media_type="text/event-stream", headers=_HEADERS)

    return routes
