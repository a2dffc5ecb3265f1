"""The web console: measures and alerts as they come, one measure with its evidence, login, unsubscribing.

In: a browser's requests with the session cookie. Out: server-rendered pages that can be read without JavaScript; with
it (htmx, served from here) they are live. What came from the web is data everywhere: Jinja2 escapes it, links are
http or https alone, and the Content-Security-Policy allows nothing inline and nothing from elsewhere.
"""

from pathlib import Path

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.staticfiles import StaticFiles

from services.alert.console import login, pages, unsubscribe
from services.alert.console.headers import SecurityHeaders
from services.alert.console.rendering import Renderer
from services.alert.deps import Deps
from services.runtime.security import TokenGate


def install(app: FastAPI, deps: Deps) -> None:
    """Give the app its pages, and every answer its security headers."""
    gate = TokenGate(deps.settings.api.token or SecretStr(""))
    render = Renderer(deps.clock)
    app.include_router(login.router(deps, gate, render), include_in_schema=False)
    app.include_router(pages.router(deps, gate, render), include_in_schema=False)
    app.include_router(unsubscribe.router(deps, render), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(SecurityHeaders)
