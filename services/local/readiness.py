"""Waiting until the services are ready, and asking what they listen to."""

import asyncio
from typing import Final

import httpx

from services.local.errors import LocalError
from services.local.plan import SERVICES, Running
from services.local.service_logs import last_words
from services.local.supervisor import Supervisor

READY_SECONDS: Final = 90.0
POLL_SECONDS: Final = 0.1
REQUEST_SECONDS: Final = 2.0


async def wait_until_ready(supervisor: Supervisor, running: Running, seconds: float = READY_SECONDS) -> None:
    """Return once every `/health/ready` answers 200.

    Raises LocalError, one line with the log to read, when a service ends meanwhile or is not ready in time.
    """
    waiting = list(SERVICES)
    async with httpx.AsyncClient(timeout=REQUEST_SECONDS, trust_env=False) as client:
        try:
            async with asyncio.timeout(seconds):
                while waiting := [name for name in waiting if not await _is_ready(client, running.url(name))]:
                    _require_alive(supervisor, waiting)
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise _too_late(supervisor, waiting[0], seconds) from None


async def _is_ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/health/ready")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _require_alive(supervisor: Supervisor, names: list[str]) -> None:
    for name in names:
        if supervisor.exits(name):
            log = supervisor.log(name)
            raise LocalError(f"The {name} service ended while starting: {last_words(log) or 'without a word'} ({log})")


def _too_late(supervisor: Supervisor, name: str, seconds: float) -> LocalError:
    return LocalError(f"The {name} service was not ready within {seconds:.0f} s: see {supervisor.log(name)}.")


async def describe_sources(running: Running) -> str:
    """Say in a few words what the system listens to; empty when ingest does not tell."""
    headers = {"Authorization": f"Bearer {running.token}"}
    try:
        async with httpx.AsyncClient(timeout=REQUEST_SECONDS, trust_env=False, headers=headers) as client:
            answer = (await client.get(f"{running.ingest_url}/api/v1/sources")).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return ""
    return summarise_sources(answer)


def summarise_sources(answer: object) -> str:
    """Count the sources that are on in ingest's answer, which is a list or holds one under `items`."""
    items = answer.get("items") if isinstance(answer, dict) else answer
    if not isinstance(items, list):
        return ""
    enabled = sum(1 for item in items if isinstance(item, dict) and item.get("enabled", True))
    sources = "1 source" if enabled == 1 else f"{enabled} sources"
    return f"{sources} and the push API" if enabled else "the push API"
