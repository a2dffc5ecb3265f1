"""`/api/v1/subscriptions`: who wants which alerts, where."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alert.api.documents import BODY, document, missing, read
from services.alert.deps import Deps
from services.alert.objects import Subscription, public_document
from services.alert.store import objects as store
from services.alert.tables import subscriptions
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("alert.objects")


def router(deps: Deps) -> APIRouter:
    """Return the routes of subscriptions, documented for OpenAPI."""
    routes = APIRouter(prefix="/subscriptions", tags=["subscriptions"])

    @routes.get("", summary="Every subscription")
    async def list_subscriptions() -> dict[str, Any]:
        async with deps.db.read() as connection:
            items = [public_document(one) for one in await store.all_subscriptions(connection)]
        return {"items": items, "next_cursor": None}

    @routes.get("/{subscription_id}", summary="One subscription")
    async def get_subscription(subscription_id: str) -> dict[str, Any]:
        async with deps.db.read() as connection:
            found = await store.subscription(connection, subscription_id)
        if found is None:
            raise missing("subscription", subscription_id)
        return public_document(found)

    @routes.put("/{subscription_id}", summary="Set a subscription: 201 new, 200 otherwise", openapi_extra=BODY)
    async def put_subscription(subscription_id: str, request: Request) -> JSONResponse:
        subscription = read(Subscription, subscription_id, await document(request))
        async with deps.db.write() as connection:
            await _refuse_unknown(connection, subscription)
            before = await store.subscription(connection, subscription_id)
            if before != subscription:
                await store.put_subscription(connection, subscription, deps.clock())
                log.info("subscription.set", subscription_id=subscription_id, new=before is None)
        return JSONResponse(public_document(subscription), 200 if before else 201)

    @routes.delete("/{subscription_id}", status_code=204, summary="Remove a subscription")
    async def delete_subscription(subscription_id: str) -> Response:
        async with deps.db.write() as connection:
            if await store.remove(connection, subscriptions, subscription_id):
                log.info("subscription.removed", subscription_id=subscription_id)
        return Response(status_code=204)

    return routes


async def _refuse_unknown(connection: AsyncConnection, subscription: Subscription) -> None:
    known = {one.id for one in await store.all_destinations(connection)}
    if unknown := sorted(set(subscription.destinations) - known):
        what = f"destinations: there is no {', '.join(unknown)}"
        raise Problem(422, "Unknown destination", f"{what}; PUT /api/v1/destinations/{unknown[0]} first")
