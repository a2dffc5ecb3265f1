"""`/unsubscribe/{token}`: one click in a mail program, or a page with a button (RFC 8058); no login.

GET never unsubscribes: mail filters open every link. The signed token names one destination and allows nothing else.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.alert.channels.unsubscribe import verify_unsubscribe_token
from services.alert.console.forms import fields
from services.alert.console.rendering import Renderer
from services.alert.deps import Deps
from services.alert.store import objects as store
from services.runtime.logs import get_logger
from services.runtime.security import Problem

log = get_logger("alert.console")

REASON = "unsubscribed with the link in a mail; POST /api/v1/destinations/{id}/enable sends again"
_NO_TRACE = {"Referrer-Policy": "no-referrer"}


def router(deps: Deps, render: Renderer) -> APIRouter:
    """Return the routes of unsubscribing."""
    routes = APIRouter()

    def destination_of(token: str) -> str:
        name = verify_unsubscribe_token(deps.unsubscribe_secret, token)
        if name is None:
            raise Problem(404, "Not an unsubscribe link", "this link is not whole; use the one in the newest mail")
        return name

    @routes.get("/unsubscribe/{token}")
    async def show(token: str) -> Response:
        name = destination_of(token)
        async with deps.db.read() as connection:
            known = await store.destination(connection, name) is not None
            off = not known or name in await store.disabled(connection)
        return render("unsubscribe.html", headers=_NO_TRACE, name=name, off=off, token=token)

    @routes.post("/unsubscribe/{token}")
    async def switch_off(token: str, request: Request) -> Response:
        name = destination_of(token)
        if (await fields(request)).get("List-Unsubscribe") != "One-Click":
            raise Problem(400, "Not an unsubscribe request", "send the field List-Unsubscribe=One-Click (RFC 8058)")
        async with deps.db.write() as connection:
            if name not in await store.disabled(connection):
                await store.disable_destination(connection, name, REASON.format(id=name), deps.clock())
                log.info("destination.unsubscribed", destination_id=name)
        return render("unsubscribe.html", headers=_NO_TRACE, name=name, off=True, token=token)

    return routes
