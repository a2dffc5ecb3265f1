"""`/api/v1/destinations/{id}/…`: try a destination, send to it again, end its being disabled."""

from typing import Any

from fastapi import APIRouter

from services.alert.api.documents import existing_destination
from services.alert.api.moments import Since, moment
from services.alert.api.replay import Blocked, replay
from services.alert.api.secrecy import shown
from services.alert.deps import Deps
from services.alert.store import objects as store
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("alert.objects")


def router(deps: Deps) -> APIRouter:
    """Return the routes of what a destination can be asked to do, documented for OpenAPI."""
    routes = APIRouter(prefix="/destinations", tags=["destinations"])

    @routes.post("/{destination_id}/enable", summary="Send again to a destination that was disabled")
    async def enable_destination(destination_id: str) -> dict[str, Any]:
        async with deps.db.write() as connection:
            destination = await existing_destination(connection, destination_id)
            await store.put_destination(connection, destination, deps.clock())
        log.info("destination.enabled", destination_id=destination_id)
        return shown(destination)

    @routes.post("/{destination_id}/test", summary="Send a test message on the production path")
    async def test_destination(destination_id: str) -> dict[str, Any]:
        async with deps.db.read() as connection:
            destination = await existing_destination(connection, destination_id)
        outcome = await deps.worker.send_test(destination)
        return {
            "outcome": outcome.kind.value,
            "status_code": outcome.status_code,
            "latency_ms": outcome.latency_ms,
            "answer": outcome.answer.decode("utf-8", "replace"),
            "error": outcome.error,
        }

    @routes.post("/{destination_id}/replay", status_code=202, summary="Send again what matched since a time")
    async def replay_destination(destination_id: str, since: Since) -> dict[str, Any]:
        """Make every delivery since then due again under its own id, and add what the present subscriptions match."""
        async with deps.db.read() as connection:
            await existing_destination(connection, destination_id)
        try:
            return await replay(deps, destination_id, moment(since, deps.clock()))
        except Blocked as error:
            raise Problem(409, "Destination is disabled", str(error)) from None

    return routes
