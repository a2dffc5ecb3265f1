"""`/login` and `/logout`: the token once, then a session cookie.

The cookie is SameSite=Strict, so a link in Slack or a mail arrives without it although the reader is logged in. The
login page then loads itself once more by its own hand: a request from our own site, which carries the cookie.
"""

from urllib.parse import quote, urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.alert.console.attempts import Attempts
from services.alert.console.forms import fields
from services.alert.console.rendering import Renderer
from services.alert.deps import Deps
from services.runtime.logs import get_logger
from services.runtime.security import TokenGate

log = get_logger("alert.console")

_OWN = frozenset({"same-origin", "none"})
NO_TRACE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class Door:
    """Lets in who shows the token."""

    def __init__(self, deps: Deps, gate: TokenGate, render: Renderer) -> None:
        self._public = urlsplit(deps.settings.public_url)
        self._gate = gate
        self._render = render
        self._attempts = Attempts(deps.clock)

    def come_in(self, request: Request, token: str, then: str) -> Response:
        """Set the cookie and go on, or say that the token is wrong."""
        address = request.client.host if request.client else ""
        if seconds := self._attempts.wait_seconds(address):
            error = f"Too many wrong tokens. Try again in {seconds} seconds."
            return self._page(then, 429, error, {"Retry-After": str(seconds)})
        if not self._gate.is_token(token.strip()):
            self._attempts.failed(address)
            log.warning("console.login_refused", address=address)
            return self._page(then, 401, "This is not the token.")
        response = RedirectResponse(then, 303, headers=NO_TRACE)
        self._gate.open_session(response, secure=self._is_secure(request))
        return response

    def ask(self, request: Request, then: str, *, again: bool) -> Response:
        """Show the form; where the cookie may have been held back, load once more first."""
        if self._gate.admits(request):
            return RedirectResponse(then, 303, headers=NO_TRACE)
        if not again and request.headers.get("sec-fetch-site", "cross-site") not in _OWN:
            return self._render("once_more.html", headers=NO_TRACE, url=f"/login?again=1&next={quote(then, safe='')}")
        return self._page(then)

    def _page(self, then: str, status: int = 200, error: str = "", headers: dict[str, str] | None = None) -> Response:
        return self._render("login.html", status, NO_TRACE | (headers or {}), error=error, then=then)

    def _is_secure(self, request: Request) -> bool:
        behind_tls = self._public.scheme == "https" and request.headers.get("host") == self._public.netloc
        return request.url.scheme == "https" or behind_tls


def own_path(text: str) -> str:
    """Return a path of this site to go on to, `/` for anything else: nobody is sent elsewhere by a link of ours."""
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if is_path and not text.startswith(("/login", "/logout")) else "/"


def to_login(request: Request) -> Response:
    """Return the way to the login page and back to what was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?next={quote(request.url.path + query, safe='')}", 303)


def router(deps: Deps, gate: TokenGate, render: Renderer) -> APIRouter:
    """Return the routes of logging in and out."""
    routes = APIRouter()
    door = Door(deps, gate, render)

    @routes.get("/login")
    async def show_login(request: Request) -> Response:
        then = own_path(request.query_params.get("next", "/"))
        if token := request.query_params.get("token"):
            return door.come_in(request, token, then)
        return door.ask(request, then, again="again" in request.query_params)

    @routes.post("/login")
    async def log_in(request: Request) -> Response:
        form = await fields(request)
        return door.come_in(request, form.get("token", ""), own_path(form.get("next", "/")))

    @routes.post("/logout")
    async def log_out() -> Response:
        response = RedirectResponse("/login?again=1", 303, headers=NO_TRACE)
        gate.close_session(response)
        return response

    return routes
