"""`/` and `/measures/{id}`."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from schemas.detection import Kind, Stage
from services.alert.console import reading
from services.alert.console.login import NO_TRACE, to_login
from services.alert.console.rendering import Renderer
from services.alert.deps import Deps
from services.alert.store.paging import BadCursor
from services.alert.store.reads import MeasureFilter
from services.runtime.security import TokenGate

_WORDS_MAX = 200


def router(deps: Deps, gate: TokenGate, render: Renderer) -> APIRouter:
    """Return the routes of the pages for those who are logged in."""
    routes = APIRouter()

    @routes.get("/")
    async def home(
        request: Request,
        kind: Annotated[list[str], Query(default_factory=list)],
        stage: Annotated[list[str], Query(default_factory=list)],
        q: str = "",
        cursor: str | None = None,
    ) -> Response:
        if "token" in request.query_params:
            return _with_token(request)
        if not gate.admits(request):
            return to_login(request)
        wanted = MeasureFilter(
            kinds=[one for one in kind if one in set(Kind)],
            stages=[one for one in stage if one in set(Stage)],
            q=q[:_WORDS_MAX],
        )
        async with deps.db.read() as connection:
            try:
                found = await reading.home(connection, wanted, cursor, deps.clock())
            except BadCursor:  # an old link: the newest page is what its reader wants
                found = await reading.home(connection, wanted, None, deps.clock())
        return render("home.html", home=found, wanted=wanted, cursor=cursor, query=_query(wanted))

    @routes.get("/measures/{measure_id}")
    async def measure(request: Request, measure_id: str) -> Response:
        if not gate.admits(request):
            return to_login(request)
        async with deps.db.read() as connection:
            found = await reading.dossier(connection, measure_id, deps.clock())
        if found is None:
            return render("missing.html", 404, what=measure_id[:100])
        return render("measure.html", it=found)

    return routes


def _with_token(request: Request) -> Response:
    """Send `/?token=…` on to the login, which sets the cookie and takes the token out of the address."""
    return RedirectResponse(f"/login?{urlencode({'token': request.query_params['token']})}", 303, headers=NO_TRACE)


def _query(wanted: MeasureFilter) -> str:
    """Return the filters as they stand in an address."""
    pairs = [("kind", one) for one in wanted.kinds] + [("stage", one) for one in wanted.stages]
    return urlencode(pairs + ([("q", wanted.q)] if wanted.q else []))
