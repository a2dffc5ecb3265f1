"""Who may ask, and how a refusal reads: a bearer token or its session cookie, and RFC 9457 problem documents.

In: a request. Out: nothing, or a `Problem`, which the installed handlers write as `application/problem+json`.
Needs FastAPI, so only a service with an API imports it.
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from services.runtime.logs import get_logger

log = get_logger("runtime.security")

SESSION_COOKIE = "chokepoint_session"
_SESSION_SECONDS = 7 * 24 * 3600
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, section 9.2.1
_MAX_ERRORS = 20


class Problem(HTTPException):
    """A refusal to raise: `title` names the kind in few words, `detail` says what is wrong here and what to do.

    `extra` become members of the document (RFC 9457, section 3.2), so they must be plain JSON.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        type: str = "about:blank",  # noqa: A002 - RFC 9457's own name
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(status, detail, headers)
        self.title = title
        self.type = type
        self.extra = extra


def problem(
    status: int,
    title: str,
    detail: str,
    type: str = "about:blank",  # noqa: A002 - RFC 9457's own name
    **extra: Any,
) -> JSONResponse:
    """Return a problem document (RFC 9457, section 3.1) with `extra` as further members."""
    document = {"type": type, "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(document, status, media_type="application/problem+json")


def install_problem_handlers(app: Starlette) -> None:
    """Answer every refusal, invalid request and unexpected error of this app with a problem document."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


class TokenGate:
    """Lets in who shows the token, or the session cookie that was given for it; use as a FastAPI dependency.

    Only hashes are kept and compared, in constant time. The cookie is an HMAC of the token, so it never holds the
    token, cannot be made without it and ends when the token is changed.
    """

    def __init__(self, token: SecretStr) -> None:
        secret = token.get_secret_value().encode()
        if not secret.strip():
            raise ValueError("the token is empty; set CHOKEPOINT_API__TOKEN to a long random one")
        self._token_hash = sha256(secret).digest()
        self._session = hmac.new(secret, b"session", sha256).hexdigest()
        self._session_hash = sha256(self._session.encode()).digest()

    async def __call__(
        self,
        request: Request,
        _shown_in_openapi: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
    ) -> None:
        """Raise Problem (401) unless the request may pass."""
        self.check(request)

    def check(self, connection: HTTPConnection) -> None:
        """Raise Problem (401, with `WWW-Authenticate` as in RFC 6750, section 3) unless the request may pass."""
        if self.admits(connection):
            return
        if _bearer(connection) is None:
            detail, challenge = "send the token as 'Authorization: Bearer …'", 'Bearer realm="chokepoint"'
        else:
            detail, challenge = "this token is not the right one", 'Bearer realm="chokepoint", error="invalid_token"'
        raise Problem(401, "Unauthorized", detail, headers={"WWW-Authenticate": challenge})

    def admits(self, connection: HTTPConnection) -> bool:
        """Tell whether the request shows the token, or else the session cookie from this site's own page."""
        shown = _bearer(connection)
        if shown is not None:
            return hmac.compare_digest(sha256(shown).digest(), self._token_hash)
        session = sha256(connection.cookies.get(SESSION_COOKIE, "").encode()).digest()
        return hmac.compare_digest(session, self._session_hash) and _from_own_page(connection)

    def is_token(self, text: str) -> bool:
        """Tell whether a login form was given the token."""
        return hmac.compare_digest(sha256(text.encode()).digest(), self._token_hash)

    def open_session(self, response: Response, *, secure: bool) -> None:
        """Set the session cookie; `secure` where the page is reached over https."""
        response.set_cookie(
            SESSION_COOKIE, self._session, max_age=_SESSION_SECONDS, httponly=True, samesite="strict", secure=secure
        )

    def close_session(self, response: Response) -> None:
        """Take the session cookie back."""
        response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")


def _bearer(connection: HTTPConnection) -> bytes | None:
    scheme, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip().encode("latin-1") if scheme.lower() == "bearer" else None


def _from_own_page(connection: HTTPConnection) -> bool:
    """Refuse changes asked for by another page of the same site.

    SameSite=Strict takes every port of a host for one site, so a page at another port could use the cookie.
    """
    if connection.scope.get("method", "GET") in _SAFE_METHODS:
        return True
    fetch_site = connection.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site in {"same-origin", "none"}
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code in {204, 304}:  # RFC 9110, sections 15.3.5 and 15.4.5: no content
        return Response(status_code=error.status_code, headers=error.headers)
    if isinstance(error, Problem):
        response = problem(error.status_code, error.title, error.detail, error.type, **error.extra)
    else:
        response = problem(error.status_code, _phrase(error.status_code), _detail(request, error))
    response.headers.update(error.headers or {})
    return response


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Error"


def _detail(request: Request, error: HTTPException) -> str:
    """Say more than the framework's own refusals, which only repeat the status."""
    if error.detail != _phrase(error.status_code):
        return str(error.detail)
    path = request.url.path
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"nothing is at {path}; /openapi.json lists what there is"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "another method")
        return f"{path} does not take {request.method}; use {allowed}"
    return error.detail


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found: Sequence[Mapping[str, Any]] = error.errors()
    errors = [_one_error(one) for one in found[:_MAX_ERRORS]]
    more = f"; and {len(found) - _MAX_ERRORS} more" if len(found) > _MAX_ERRORS else ""
    detail = "; ".join(one["detail"] for one in errors) + more
    return problem(422, "Unprocessable Content", detail, errors=errors)


def _one_error(error: Mapping[str, Any]) -> dict[str, str]:
    """Write one wrong field as a line; what was sent is not repeated, as it may be a secret."""
    place, *steps = error["loc"] or ("body",)
    if error["type"] == "json_invalid":
        return {"detail": f"body: not valid JSON ({error['ctx']['error']}); correct it", "pointer": "#"}
    line = f"{_where(place, steps)}: {_what(error)}"
    if place != "body":
        return {"detail": line, "parameter": ".".join(map(str, steps))}
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)  # RFC 6901, section 3
    return {"detail": line, "pointer": "#" + "".join(f"/{step}" for step in escaped)}


def _where(place: str, steps: Sequence[str | int]) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return f"{place} {path}".rstrip() if place != "body" else path or "body"


def _what(error: Mapping[str, Any]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    known = {"missing": "missing; add it", "extra_forbidden": "not known here; remove it or correct its name"}
    return known.get(error["type"], message[:1].lower() + message[1:])


async def _unexpected(request: Request, error: Exception) -> Response:
    error_id = secrets.token_hex(8)
    log.error("http.request_failed", error_id=error_id, method=request.method, path=request.url.path, exc_info=error)
    detail = f"this is our fault, not the request's; the log says more under error_id {error_id}"
    return problem(500, "Internal Server Error", detail, error_id=error_id)
