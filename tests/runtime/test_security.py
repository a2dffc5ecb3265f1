"""The token gate and problem documents, through a real FastAPI application."""

import hmac
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Annotated, Literal

import httpx
import pytest
import structlog
from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator
from starlette.exceptions import HTTPException

from services.runtime import security
from services.runtime.logs import get_logger
from services.runtime.security import (
    SESSION_COOKIE,
    Problem,
    TokenGate,
    install_problem_handlers,
    problem,
)

TOKEN = "correct-horse-battery-staple"
SESSION = hmac.new(TOKEN.encode(), b"session", sha256).hexdigest()
BEARER = {"Authorization": f"Bearer {TOKEN}"}
COOKIE = {"Cookie": f"{SESSION_COOKIE}={SESSION}"}


class Match(BaseModel):
    """A part of a body."""

    model_config = ConfigDict(extra="forbid")
    kinds: list[Literal["sanction", "pact"]]
    secret: str = ""

    @field_validator("secret")
    @classmethod
    def _too_short(cls, value: str) -> str:
        if value == "hunter2":
            raise ValueError("The secret is too short; give 24 characters or more")
        return value


class Subscription(BaseModel):
    """A body."""

    id: str
    match: Match


def application() -> FastAPI:
    """Make an application with a route for each kind of answer."""
    app = FastAPI()
    install_problem_handlers(app)
    gate = TokenGate(SecretStr(TOKEN))

    @app.get("/closed", dependencies=[Depends(gate)])
    @app.post("/closed", dependencies=[Depends(gate)])
    async def closed() -> str:
        return "inside"

    @app.get("/login")
    async def login(request: Request, response: Response) -> None:
        gate.open_session(response, secure=request.url.scheme == "https")

    @app.get("/logout")
    async def logout(response: Response) -> None:
        gate.close_session(response)

    @app.put("/subscription")
    async def put(body: Subscription, limit: Annotated[int, Query(le=10)] = 1) -> str:
        return f"{body.id} {limit}"

    @app.get("/raise/{what}")
    async def fail(what: str) -> None:
        raise {
            "problem": Problem(409, "Still in progress", "ask again", headers={"Retry-After": "5"}, attempt=2),
            "teapot": HTTPException(418, "short and stout"),
            "own": HTTPException(499),
            "empty": HTTPException(304, headers={"ETag": "x"}),
            "bug": RuntimeError("password=hunter2"),
        }[what]

    return app


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """Ask the application without a network, and see its 500s as a client would."""
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chokepoint.example:8080") as client:
        yield client


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_token_opens(browser: httpx.AsyncClient, scheme: str) -> None:
    """The right token lets in, however its scheme is written."""
    assert (await browser.get("/closed", headers={"Authorization": f"{scheme} {TOKEN}"})).json() == "inside"
    assert (await browser.post("/closed", headers=BEARER)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [
        ({}, 'Bearer realm="chokepoint"'),
        ({"Authorization": ""}, 'Bearer realm="chokepoint"'),
        ({"Authorization": f"Basic {TOKEN}"}, 'Bearer realm="chokepoint"'),
        ({"Authorization": TOKEN}, 'Bearer realm="chokepoint"'),
        ({"Cookie": f"{SESSION_COOKIE}={TOKEN}"}, 'Bearer realm="chokepoint"'),
        ({"Cookie": f"{SESSION_COOKIE}="}, 'Bearer realm="chokepoint"'),
        ({"Authorization": f"Bearer {TOKEN}x"}, 'Bearer realm="chokepoint", error="invalid_token"'),
        ({"Authorization": "Bearer "}, 'Bearer realm="chokepoint", error="invalid_token"'),
        ({"Authorization": f"Bearer {SESSION}"}, 'Bearer realm="chokepoint", error="invalid_token"'),
        ({"Authorization": "Bearer wrong", **COOKIE}, 'Bearer realm="chokepoint", error="invalid_token"'),
    ],
)
async def test_anything_else_is_refused(browser: httpx.AsyncClient, headers: dict[str, str], challenge: str) -> None:
    """No token, another one, the token as a cookie or the cookie as a token: 401 with the challenge of RFC 6750."""
    answer = await browser.get("/closed", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == challenge
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"
    assert TOKEN not in answer.text


async def test_a_token_outside_ascii_is_compared_as_bytes(browser: httpx.AsyncClient) -> None:
    """Bytes that are no ASCII are refused like any other wrong token."""
    answer = await browser.get("/closed", headers=[(b"authorization", b"Bearer \xff\xc3\xa9")])
    assert answer.status_code == 401


async def test_the_session_cookie_opens_and_never_holds_the_token(browser: httpx.AsyncClient) -> None:
    """Logging in sets a cookie that scripts and other sites cannot use and that is not the token; it lets in."""
    cookie = (await browser.get("/login")).headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}={SESSION};")
    assert {"httponly", "samesite=strict"} <= set(cookie.lower().split("; "))
    assert "secure" not in cookie.lower()
    assert TOKEN not in cookie
    assert (await browser.get("/closed")).json() == "inside"
    await browser.get("/logout")
    assert (await browser.get("/closed")).status_code == 401


async def test_the_cookie_is_secure_over_https(browser: httpx.AsyncClient) -> None:
    """Where the page is reached over https the cookie goes nowhere else."""
    answer = await browser.get("https://chokepoint.example/login")
    assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://chokepoint.example:8080"}, 401),
        ({"Sec-Fetch-Site": "cross-site"}, 401),
        ({"Origin": "http://chokepoint.example:8080"}, 200),
        ({"Origin": "http://chokepoint.example:3000"}, 401),
        ({"Origin": "null"}, 401),
    ],
)
async def test_another_page_cannot_use_the_cookie_to_change_things(
    browser: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    """A page at another port of the same host is the same site to SameSite, but may not post with the cookie."""
    assert (await browser.post("/closed", headers={**COOKIE, **headers})).status_code == status
    assert (await browser.post("/closed", headers={**BEARER, **headers})).status_code == 200
    assert (await browser.get("/closed", headers={**COOKIE, **headers})).status_code == 200


def test_a_gate_needs_a_token() -> None:
    """An empty token would let everyone in: it stops the start and names the setting."""
    for empty in ("", "  "):
        with pytest.raises(ValueError, match="CHOKEPOINT_API__TOKEN"):
            TokenGate(SecretStr(empty))


def test_the_login_form_knows_the_token() -> None:
    """What is typed into the form is the token or it is not."""
    gate = TokenGate(SecretStr(TOKEN))
    assert [gate.is_token(text) for text in (TOKEN, TOKEN + " ", SESSION, "", "é")] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_another_token_ends_every_session() -> None:
    """The cookie is bound to the token it was given for."""
    response = Response()
    TokenGate(SecretStr("another")).open_session(response, secure=False)
    assert SESSION not in response.headers["set-cookie"]


async def test_openapi_names_the_scheme(browser: httpx.AsyncClient) -> None:
    """Whoever reads /openapi.json learns that a bearer token is wanted."""
    document = (await browser.get("/openapi.json")).json()
    assert document["paths"]["/closed"]["get"]["security"] == [{"HTTPBearer": []}]


async def test_a_problem_is_written_with_its_members(browser: httpx.AsyncClient) -> None:
    """A raised Problem becomes its document, headers and further members included."""
    answer = await browser.get("/raise/problem")
    assert answer.status_code == 409
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Still in progress",
        "status": 409,
        "detail": "ask again",
        "attempt": 2,
    }


def test_a_problem_may_have_a_type_of_its_own() -> None:
    """A kind of problem with an address of its own says so."""
    assert b'"type":"https://example.com/p"' in problem(400, "T", "d", type="https://example.com/p").body


async def test_the_frameworks_refusals_say_what_to_do(browser: httpx.AsyncClient) -> None:
    """Unknown paths, wrong methods and plain HTTPExceptions are problem documents with a useful line."""
    missing, method = await browser.get("/nothing"), await browser.delete("/subscription")
    assert (missing.status_code, missing.json()["title"]) == (404, "Not Found")
    assert missing.json()["detail"] == "nothing is at /nothing; /openapi.json lists what there is"
    assert method.headers["allow"] == "PUT"
    assert method.json()["detail"] == "/subscription does not take DELETE; use PUT"
    teapot, own = await browser.get("/raise/teapot"), await browser.get("/raise/own")
    assert (teapot.json()["title"], teapot.json()["detail"]) == ("I'm a Teapot", "short and stout")
    assert own.json()["title"] == "Error"


async def test_an_answer_without_content_stays_empty(browser: httpx.AsyncClient) -> None:
    """304 has no body; its headers stay."""
    answer = await browser.get("/raise/empty")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", "x")


async def test_each_wrong_field_has_its_line(browser: httpx.AsyncClient) -> None:
    """Where, what and what to do for every wrong field, with a JSON pointer; what was sent is not repeated."""
    body = {"match": {"kinds": ["sanction", "gossip"], "a/b": 1, "secret": "hunter2"}}
    answer = await browser.put("/subscription?limit=11", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert {error.get("pointer", error.get("parameter")): error["detail"] for error in document["errors"]} == {
        "limit": "query limit: input should be less than or equal to 10",
        "#/id": "id: missing; add it",
        "#/match/kinds/1": "match.kinds[1]: input should be 'sanction' or 'pact'",
        "#/match/a~1b": "match.a/b: not known here; remove it or correct its name",
        "#/match/secret": "match.secret: the secret is too short; give 24 characters or more",
    }
    assert document["detail"] == "; ".join(error["detail"] for error in document["errors"])
    assert "hunter2" not in answer.text
    assert "gossip" not in answer.text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "body: missing; add it"),
        (b"{", "body: not valid JSON"),
        (b"[]", "body: input should be a valid dictionary"),
    ],
)
async def test_a_body_that_is_no_object(browser: httpx.AsyncClient, content: bytes, says: str) -> None:
    """No body, broken JSON and another shape are told apart."""
    answer = await browser.put("/subscription", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(says)


async def test_a_thousand_wrong_fields_are_counted_not_listed(browser: httpx.AsyncClient) -> None:
    """The answer to a hopeless body stays small."""
    answer = await browser.put("/subscription", json={"id": "x", "match": {"kinds": ["x"] * 1000}})
    assert len(answer.json()["errors"]) == 20
    assert answer.json()["detail"].endswith("; and 980 more")


async def test_an_unexpected_error_shows_nothing_and_is_logged(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug answers 500 without its message; the log has the error under the id that the answer names."""
    # A logger remembers the configuration of its first use, which another test may have made.
    monkeypatch.setattr(security, "log", get_logger("runtime.security"))
    with structlog.testing.capture_logs() as lines:
        answer = await browser.get("/raise/bug")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text
    assert "RuntimeError" not in answer.text
    (line,) = lines
    assert (line["event"], line["path"]) == ("http.request_failed", "/raise/bug")
    assert line["error_id"] == answer.json()["error_id"]
    assert isinstance(line["exc_info"], RuntimeError)
