"""`/api/v1/destinations`: where alerts go."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alert.api.documents import BODY, document, existing_destination, read
from services.alert.api.secrecy import shown, with_kept_secrets
from services.alert.deps import Deps
from services.alert.objects import Destination, kept_document
from services.alert.store import objects as store
from services.alert.tables import destinations
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("alert.objects")


def router(deps: Deps) -> APIRouter:
    """Return the routes of destinations, documented for OpenAPI."""
    routes = APIRouter(prefix="/destinations", tags=["destinations"])

    @routes.get("", summary="Every destination; secrets are never shown")
    async def list_destinations() -> dict[str, Any]:
        async with deps.db.read() as connection:
            reasons = await store.disabled(connection)
            items = [shown(one, reasons.get(one.id)) for one in await store.all_destinations(connection)]
        return {"items": items, "next_cursor": None}

    @routes.get("/{destination_id}", summary="One destination, with why it is disabled where it is")
    async def get_destination(destination_id: str) -> dict[str, Any]:
        async with deps.db.read() as connection:
            destination = await existing_destination(connection, destination_id)
            return shown(destination, (await store.disabled(connection)).get(destination_id))

    @routes.put("/{destination_id}", summary="Set a destination", description=_put.__doc__, openapi_extra=BODY)
    async def put_destination(destination_id: str, request: Request) -> JSONResponse:
        given = await document(request)
        async with deps.db.write() as connection:
            answer, is_new = await _put(connection, deps, destination_id, given)
        return JSONResponse(answer, 201 if is_new else 200)

    @routes.delete("/{destination_id}", status_code=204, summary="Remove a destination that no subscription names")
    async def delete_destination(destination_id: str) -> Response:
        async with deps.db.write() as connection:
            await _refuse_if_named(connection, destination_id)
            if await store.remove(connection, destinations, destination_id):
                log.info("destination.removed", destination_id=destination_id)
        return Response(status_code=204)

    return routes


async def _put(
    connection: AsyncConnection, deps: Deps, destination_id: str, given: dict[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Set a destination: 201 where it is new, 200 otherwise.

    The same again changes nothing. A secret that is left out, or sent back masked, stays as it is; `previous_secret:
    null` removes that one. A change ends a destination's being disabled; to end it without one, POST …/enable.
    """
    before = await store.destination(connection, destination_id)
    destination = read(Destination, destination_id, with_kept_secrets(given, before))
    if before is None or kept_document(before) != kept_document(destination):
        await store.put_destination(connection, destination, deps.clock())
        log.info("destination.set", destination_id=destination_id, new=before is None)
    reasons = await store.disabled(connection)
    return shown(destination, reasons.get(destination_id)), before is None


async def _refuse_if_named(connection: AsyncConnection, destination_id: str) -> None:
    users = [one.id for one in await store.all_subscriptions(connection) if destination_id in one.destinations]
    if users:
        named = f"{destination_id} is named by the subscriptions {', '.join(users)}"
        raise Problem(409, "Destination is in use", f"{named}: remove it there first")
