"""One polite request: conditional, bounded, its status judged; every kind of web source asks through it."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.ingest.dates import read_date
from services.ingest.encodings import to_text
from services.ingest.sources.reader import Busy, ChangedShape, Reach
from services.runtime.egress import Fetched as Got
from services.runtime.egress import check_url, decompress, fetch_following, read_body
from services.runtime.failure import Permanent, Transient

MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 5
DEADLINE_SECONDS = 30.0
_MAX_RETRY_AFTER_SECONDS = 24 * 3600.0
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Limits:
    """What one answer may cost."""

    max_bytes: int = MAX_BYTES
    """Of the body, on the wire and unpacked."""
    deadline_seconds: float = DEADLINE_SECONDS
    """For the whole answer, over every redirect."""


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Answer:
    """An answer with 200, or the news that nothing changed (then `body` is empty)."""

    body: bytes
    content_type: str
    final_url: str
    validators: Mapping[str, Any]
    unchanged: bool = False
    moved_to: str | None = None
    """The address that the server says is the right one from now on (301, 308)."""

    @property
    def text(self) -> str:
        """The body as text."""
        return to_text(self.body, self.content_type)


async def ask(  # noqa: PLR0913 - what one request consists of, named by keyword
    reach: Reach,
    url: str,
    validators: Mapping[str, Any],
    *,
    accept: str = "*/*",
    limits: Limits = DEFAULT_LIMITS,
    post: Mapping[str, Any] | None = None,
) -> Answer:
    """GET an address; a conditional request where the server gave validators (RFC 9110, section 13).

    With `post`, a POST of this as JSON instead, which follows no redirect.

    A body with the same digest as last time is unchanged too. A body that is itself a gzip file is unpacked within the
    same limit. Raises Busy, Transient or Permanent.
    """
    headers = {"accept": accept, **_conditions(validators)}
    answer = await (_post(reach, url, post, headers, limits) if post else _get(reach, url, headers, limits))
    kind = answer.headers.get("content-type", "")
    if answer.status == httpx.codes.NOT_MODIFIED:
        return Answer(b"", kind, answer.final_url, validators, unchanged=True, moved_to=answer.moved_to)
    check_status(answer.status, answer.headers, reach.now)
    digest = hashlib.sha256(answer.body).hexdigest()
    kept = {**_validators(answer.headers), "digest": digest}
    if validators.get("digest") == digest:
        return Answer(b"", kind, answer.final_url, kept, unchanged=True, moved_to=answer.moved_to)
    body = answer.body
    if body.startswith(_GZIP):
        body = decompress(body, "gzip", max_bytes=limits.max_bytes)
    if not body.strip():
        raise Transient("it is empty: 200 OK without a byte")
    return Answer(body, kind, answer.final_url, kept, moved_to=answer.moved_to)


async def _get(reach: Reach, url: str, headers: Mapping[str, str], limits: Limits) -> Got:
    return await fetch_following(
        reach.client,
        url,
        max_hops=MAX_REDIRECTS,
        max_bytes=limits.max_bytes,
        headers=headers,
        allow_private=reach.allow_private,
        deadline_seconds=limits.deadline_seconds,
    )


async def _post(reach: Reach, url: str, body: Mapping[str, Any], headers: Mapping[str, str], limits: Limits) -> Got:
    at = check_url(url, allow_private=reach.allow_private)
    try:
        async with (
            asyncio.timeout(limits.deadline_seconds),
            reach.client.stream("POST", at, json=body, headers=headers, follow_redirects=False) as response,
        ):
            return Got(response.status_code, response.headers, await read_body(response, limits.max_bytes), str(at), ())
    except TimeoutError:
        raise Transient(f"{at.host!r} did not answer in full within {limits.deadline_seconds:g} s") from None
    except httpx.TransportError as error:
        raise Transient(f"{at.host!r} cannot be read: {type(error).__name__} {error}".rstrip()) from error


async def ask_page(reach: Reach, url: str, validators: Mapping[str, Any], **how: Any) -> Answer:
    """Ask for a page that is written for people, as its site's robots.txt allows; `how` as for `ask`.

    Raises Denied too.
    """
    async with reach.page_turn(url):
        answer = await ask(reach, url, validators, **how)
    if urlsplit(answer.final_url)[:3] == urlsplit(url)[:3]:
        return answer
    async with reach.page_turn(answer.final_url):  # where it led must allow it too
        return answer


def read_json(answer: Answer) -> Any:
    """Return the JSON of an answer. Raises ChangedShape for anything else."""
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise ChangedShape(f"not JSON ({reason}): correct the address, or see what it answers now") from None


def _conditions(validators: Mapping[str, Any]) -> dict[str, str]:
    names = {"etag": "if-none-match", "last_modified": "if-modified-since"}
    return {header: validators[name] for name, header in names.items() if validators.get(name)}


def _validators(headers: httpx.Headers) -> dict[str, str]:
    found = {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
    return {name: value[:1000] for name, value in found.items() if value}


def check_status(status: int, headers: httpx.Headers, now: datetime) -> None:
    """Raise Busy, Transient or Permanent for any status but 200."""
    if status == httpx.codes.OK:
        return
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        raise Busy(f"the server answers {status}: it asks for a pause", retry_after_seconds(headers, now))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Transient(f"the server answers {status}: its own fault, asked again later")
    advice = {
        401: "it wants a login: take another address",
        403: "it refuses programs or this country: take another address",
        404: "it is gone: take another address",
        410: "it is gone for good: take another address",
    }
    raise Permanent(f"the server answers {status}: {advice.get(status, 'check the address')}")


def retry_after_seconds(headers: httpx.Headers, now: datetime) -> float | None:
    """Return how long to wait, from seconds or a date (RFC 9110, section 10.2.3), at most a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _MAX_RETRY_AFTER_SECONDS)
    at = read_date(value) if value else None
    return min(max((at - now).total_seconds(), 0.0), _MAX_RETRY_AFTER_SECONDS) if at else None
