"""`/api/v1/deliveries`: each alert to each destination, with every attempt."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Select, select

from services.alert.api.documents import missing
from services.alert.api.filters import DeliveryQuery
from services.alert.api.paging import paged
from services.alert.api.views import AttemptView, DeliveryDetail, DeliveryView, PageView
from services.alert.deps import Deps
from services.alert.store import reads
from services.alert.store.paging import newest_first
from services.alert.tables import deliveries
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("alert.deliveries")


def router(deps: Deps) -> APIRouter:
    """Return the routes of deliveries, documented for OpenAPI."""
    routes = APIRouter(prefix="/deliveries", tags=["deliveries"])

    @routes.get("", summary="Deliveries, newest first")
    async def list_deliveries(query: Annotated[DeliveryQuery, Query()]) -> PageView[DeliveryView]:
        created, id_ = deliveries.c.created_at, deliveries.c.id
        statement = _statement(query, deps)
        async with deps.db.read() as connection:
            page = await paged(newest_first(connection, statement, created, id_, query.cursor, query.limit))
        return PageView(items=[DeliveryView.of(row) for row in page.items], next_cursor=page.next)

    @routes.get("/{delivery_id}", summary="One delivery with every attempt")
    async def get_delivery(delivery_id: str) -> DeliveryDetail:
        row = await _existing(deps, delivery_id)
        log_ = [AttemptView.of(one) for one in row["attempts_log"]]
        return DeliveryDetail(**DeliveryView.of(row).model_dump(), attempts_log=log_)

    @routes.post("/{delivery_id}/redeliver", status_code=202, summary="Send again, under the same id")
    async def redeliver(delivery_id: str) -> dict[str, str]:
        """Make it due now, whatever became of it; a receiver that has it already knows it by its id."""
        await _existing(deps, delivery_id)
        if not await deps.worker.redeliver(delivery_id):
            raise Problem(409, "Being sent", f"{delivery_id} is being sent just now; ask again in a moment")
        log.info("delivery.redelivered", delivery_id=delivery_id)
        return {"status": "pending"}

    return routes


def _statement(query: DeliveryQuery, deps: Deps) -> Select[Any]:
    statement = select(deliveries)
    for column, value in (
        (deliveries.c.status, query.status),
        (deliveries.c.destination_id, query.destination),
        (deliveries.c.measure_id, query.measure),
        (deliveries.c.alert_id, query.alert),
    ):
        if value is not None:
            statement = statement.where(column == value)
    since = query.start(deps.clock())
    return statement.where(deliveries.c.created_at >= since) if since else statement


async def _existing(deps: Deps, delivery_id: str) -> dict[str, Any]:
    async with deps.db.read() as connection:
        row = await reads.one_delivery(connection, delivery_id)
    if row is None:
        raise missing("delivery", delivery_id)
    return row
