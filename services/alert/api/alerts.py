"""`/api/v1/alerts`: every change that was worth telling."""

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.alert import Alert
from services.alert.api.documents import missing
from services.alert.api.filters import AlertQuery
from services.alert.api.paging import paged
from services.alert.api.views import PageView
from services.alert.deps import Deps
from services.alert.store import reads


def router(deps: Deps) -> APIRouter:
    """Return the routes of alerts, documented for OpenAPI."""
    routes = APIRouter(prefix="/alerts", tags=["alerts"])

    @routes.get("", summary="Alerts, newest first")
    async def list_alerts(query: Annotated[AlertQuery, Query()]) -> PageView[Alert]:
        wanted = query.wanted(deps.clock())
        async with deps.db.read() as connection:
            page = await paged(reads.list_alerts(connection, wanted, query.cursor, query.limit))
        return PageView(items=list(page.items), next_cursor=page.next)

    @routes.get("/{alert_id}", summary="One alert, as it stands on chokepoint.alerts.v1")
    async def get_alert(alert_id: str) -> Alert:
        async with deps.db.read() as connection:
            found = await reads.one_alert(connection, alert_id)
        if found is None:
            raise missing("alert", alert_id)
        return found

    return routes
