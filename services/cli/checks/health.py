"""The three services: whether they are there, and ready."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import httpx

from services.cli.checks import Check, Failure
from services.cli.session import ServiceName, Session

SECONDS: Final = 5.0


def health_checks(session: Session) -> Iterator[Check]:
    """Ask each service whether it is ready."""
    names: tuple[ServiceName, ...] = ("ingest", "classify", "alert")
    for name in names:
        yield Check(name, partial(_ready, name, session.address(name)))


def _ready(name: ServiceName, url: str) -> str:
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=SECONDS, trust_env=False)
    except httpx.TransportError as error:
        raise Failure(
            f"nothing answers at {url} ({error})", f"start it with `chokepoint up` or `chokepoint run {name}`"
        ) from None
    if not answer.is_success:
        raise Failure(f"not ready at {url}: {_reasons(answer)}", "read its log; it gets ready by itself when it can")
    return f"ready at {url}"


def _reasons(answer: httpx.Response) -> str:
    try:
        body: Any = answer.json()
    except ValueError:
        return f"it answers {answer.status_code}"
    return ", ".join(f"{part}: {why}" for part, why in _flat(body)) or f"it answers {answer.status_code}"


def _flat(body: Any) -> Iterator[tuple[str, str]]:
    """Give what is named as a reason, whatever the depth."""
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str):
                yield name, value
            else:
                yield from _flat(value)
