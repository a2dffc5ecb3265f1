"""A client of our own services' APIs: the token is sent, and whatever goes wrong is one line that says what to do."""

import ipaddress
import json
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import click
import httpx

from services.cli.errors import Failed
from services.cli.session import ServiceName, Session

TIMEOUT_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What a service answered instead of the thing asked for (RFC 9457)."""

    status: int
    detail: str
    body: dict[str, Any]


class Api:
    """One service's API at one address."""

    def __init__(self, session: Session, service: ServiceName, server: str | None = None) -> None:
        self.service = service
        self.url = (server or session.address(service)).rstrip("/")
        if urlsplit(self.url).scheme not in {"http", "https"} or not urlsplit(self.url).hostname:
            raise click.UsageError(f"--server {self.url!r} is not an address such as http://127.0.0.1:8081.")
        self._session = session
        token = session.token()
        self._client = httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT_SECONDS,
            headers={"authorization": f"Bearer {token}"} if token else {},
            trust_env=not _on_this_machine(self.url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Return the JSON of the answer; raises Failed with one line for anything but success."""
        answer = self.try_ask(method, path, **request)
        if isinstance(answer, Problem):
            raise Failed(f"{self.service} at {self.url} refused {method} {path} ({answer.status}): {answer.detail}")
        return answer

    def try_ask(self, method: str, path: str, **request: Any) -> Any:
        """Return the JSON of the answer, or the Problem that says why the request is wrong.

        Raises Failed for what no other request would change: no service there, a wrong token, a service in trouble.
        """
        try:
            response = self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise Failed(self._unreachable(error)) from None
        if response.is_success:
            return response.json() if response.content else None
        if response.status_code in {401, 403}:
            raise Failed(self._unauthorised())
        problem = _problem(response)
        if response.status_code >= 500:  # noqa: PLR2004 - the server's own errors begin here (RFC 9110, section 15.6)
            raise Failed(f"{self.service} at {self.url} is in trouble ({problem.status}): {problem.detail}; try again")
        return problem

    def _unreachable(self, error: httpx.TransportError) -> str:
        why = str(error) or type(error).__name__
        return (
            f"{self.service} does not answer at {self.url} ({why}); start it with `chokepoint up`, "
            f"or say where it runs (--server, CHOKEPOINT_{self.service.upper()}__PORT)"
        )

    def _unauthorised(self) -> str:
        if self._session.token() is None:
            return (
                f"{self.service} at {self.url} wants a token and there is none; set CHOKEPOINT_API__TOKEN, "
                f"or CHOKEPOINT_HOME to the data folder that `chokepoint up` uses (no {self._session.token_path})"
            )
        return f"{self.service} at {self.url} refuses the token; set CHOKEPOINT_API__TOKEN to the one it was given"


def _problem(response: httpx.Response) -> Problem:
    body: Any = None
    with suppress(ValueError):
        body = json.loads(response.content)
    fields = body if isinstance(body, dict) else {}
    detail = fields.get("detail") or fields.get("title") or response.reason_phrase or "no reason given"
    return Problem(response.status_code, str(detail), fields)


def _on_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
