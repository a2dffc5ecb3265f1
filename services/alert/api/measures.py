"""`/api/v1/measures`: the acts that are known."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.alert.api.documents import missing
from services.alert.api.filters import MeasureQuery
from services.alert.api.paging import paged
from services.alert.api.views import DeliveryView, MeasureDetail, MeasureView, PageView, ReportView
from services.alert.deps import Deps
from services.alert.store import reads


def router(deps: Deps) -> APIRouter:
    """Return the routes of measures, documented for OpenAPI."""
    routes = APIRouter(prefix="/measures", tags=["measures"])

    @routes.get("", summary="Measures, the last changed first")
    async def list_measures(query: Annotated[MeasureQuery, Query()]) -> PageView[MeasureView]:
        wanted = query.wanted(deps.clock())
        async with deps.db.read() as connection:
            page = await paged(reads.list_measures(connection, wanted, query.cursor, query.limit))
        items = [MeasureView.of(one) for one in page.items if query.fits(one.measure)]
        return PageView(items=items, next_cursor=page.next)

    @routes.get("/{measure_id}", summary="One measure: history, articles with evidence, merges, deliveries")
    async def get_measure(measure_id: str) -> MeasureDetail:
        async with deps.db.read() as connection:
            stored = await reads.one_measure(connection, measure_id)
            if stored is None:
                raise missing("measure", measure_id)
            return MeasureDetail(
                **MeasureView.fields_of(stored),
                milestones=stored.measure.milestones,
                alerts=await reads.alerts_of(connection, measure_id),
                reports=[_report(row) for row in await reads.reports_of(connection, measure_id)],
                deliveries=[DeliveryView.of(row) for row in await reads.deliveries_of(connection, measure_id)],
            )

    return routes


def _report(row: dict[str, Any]) -> ReportView:
    return ReportView.model_validate({name: row[name] for name in ReportView.model_fields})
