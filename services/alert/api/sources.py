"""`/api/v1/sources`: how each source does, as ingest last said on `chokepoint.sources.v1`."""

from fastapi import APIRouter

from schemas.source_state import SourceState
from services.alert.api.views import PageView
from services.alert.deps import Deps
from services.alert.store import reads


def router(deps: Deps) -> APIRouter:
    """Return the route of sources, documented for OpenAPI."""
    routes = APIRouter(prefix="/sources", tags=["sources"])

    @routes.get("", summary="Every source with its state; ingest's own API sets them")
    async def list_sources() -> PageView[SourceState]:
        async with deps.db.read() as connection:
            return PageView(items=await reads.list_sources(connection), next_cursor=None)

    return routes
