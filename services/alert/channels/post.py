"""One HTTP POST and what can be known about it: not sent, sent without an answer, or answered."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx

from services.alert.channels.contract import ANSWER_BYTES, Outcome, OutcomeKind
from services.alert.channels.plain_text import one_line, shortened
from services.runtime.clock import Clock
from services.runtime.egress import Forbidden, read_start

MAX_RETRY_AFTER_SECONDS = 86_400.0
"""A longer pause than a day is not believed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status line and the beginning of the body."""

    status_code: int
    start: bytes
    retry_after_seconds: float | None
    latency_ms: int


@dataclass(slots=True)
class _Trail:
    """How far one request has come."""

    body: bytes
    sent: bool = False
    status_code: int | None = None
    retry_after_seconds: float | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # From here on the other side may have it all, whatever becomes of the connection.
        self.sent = True
        yield self.body


async def post(  # noqa: PLR0913 - the parts of one request
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    deadline_seconds: float,
    clock: Clock,
) -> Answer | Outcome:
    """Post once, never follow a redirect, read at most `ANSWER_BYTES` of the answer.

    Returns the answer; or an outcome: retry where nothing was sent, unknown where it was sent and no answer came,
    permanent where the guard forbids the address.
    """
    trail, started, start = _Trail(body), time.monotonic(), b""
    headers = {**headers, "content-length": str(len(body)), "accept-encoding": "identity"}
    error: Exception | None = None
    try:
        async with (
            asyncio.timeout(deadline_seconds),
            client.stream("POST", url, content=trail, headers=headers, follow_redirects=False) as response,
        ):
            trail.retry_after_seconds = retry_after(response.headers.get("retry-after"), clock())
            trail.status_code = response.status_code
            start = await read_start(response, ANSWER_BYTES)
    except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError, Forbidden) as caught:
        error = caught
    latency_ms = int((time.monotonic() - started) * 1000)
    if trail.status_code is not None:
        return Answer(trail.status_code, start, trail.retry_after_seconds, latency_ms)
    return _unanswered(error, url, trail, deadline_seconds, latency_ms)


def _unanswered(error: Exception | None, url: str, trail: _Trail, deadline_seconds: float, latency_ms: int) -> Outcome:
    if isinstance(error, Forbidden):
        return Outcome(OutcomeKind.PERMANENT, latency_ms=latency_ms, error=shortened(one_line(str(error)), 300))
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        why = f"no answer within {deadline_seconds:g} s"
    else:
        why = one_line(f"{type(error).__name__}: {error}")
    kind = OutcomeKind.UNKNOWN if trail.sent else OutcomeKind.RETRY
    how = "was sent, but the outcome is unknown" if trail.sent else "could not be sent"
    return Outcome(kind, latency_ms=latency_ms, error=shortened(f"the message to {host_of(url)} {how}: {why}", 300))


def host_of(url: str) -> str:
    """Return the host alone: a path or query may be a secret."""
    try:
        return httpx.URL(url).host or "the address"
    except httpx.InvalidURL:
        return "the address"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds or an HTTP date; None where it cannot be read."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:10]), MAX_RETRY_AFTER_SECONDS)
    try:
        then = parsedate_to_datetime(text)
        seconds = (then - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_SECONDS)
