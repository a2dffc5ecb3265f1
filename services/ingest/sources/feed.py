"""Feed: RSS 2.0, RSS 1.0, Atom or JSON Feed over HTTP, asked for politely."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from services.ingest.dates import read_date
from services.ingest.encodings import to_text
from services.ingest.sources.entries import read_entries
from services.ingest.sources.reader import Busy, Fetched, Reach
from services.ingest.spec import SourceSpec
from services.runtime.egress import fetch_following
from services.runtime.failure import Permanent, Transient

MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 5
DEADLINE_SECONDS = 30.0
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_MAX_RETRY_AFTER_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class FeedReader:
    """Reads one feed; a conditional request where the server gave validators (RFC 9110, section 13)."""

    max_bytes: int = MAX_BYTES
    """Of the body, on the wire and unpacked."""
    deadline_seconds: float = DEADLINE_SECONDS
    """For the whole answer, over every redirect."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the feed's entries. Raises Busy, Transient or Permanent."""
        answer = await fetch_following(
            reach.client,
            spec.url or "",
            max_hops=MAX_REDIRECTS,
            max_bytes=self.max_bytes,
            headers={"accept": ACCEPT, **_conditions(validators)},
            allow_private=reach.allow_private,
            deadline_seconds=self.deadline_seconds,
        )
        if answer.status == httpx.codes.NOT_MODIFIED:
            return Fetched(validators=validators, unchanged=True)
        _check_status(answer.status, answer.headers, reach.now)
        digest = hashlib.sha256(answer.body).hexdigest()
        kept = {**_validators(answer.headers), "digest": digest}
        if validators.get("digest") == digest:
            return Fetched(validators=kept, unchanged=True)
        text = to_text(answer.body, answer.headers.get("content-type", ""))
        if not text.strip():
            raise Transient("the feed is empty: 200 OK without a byte")
        return Fetched(await asyncio.to_thread(read_entries, text, answer.final_url), kept)


def _conditions(validators: Mapping[str, Any]) -> dict[str, str]:
    names = {"etag": "if-none-match", "last_modified": "if-modified-since"}
    return {header: validators[name] for name, header in names.items() if validators.get(name)}


def _validators(headers: httpx.Headers) -> dict[str, str]:
    found = {"etag": headers.get("etag"), "last_modified": headers.get("last-modified")}
    return {name: value[:1000] for name, value in found.items() if value}


def _check_status(status: int, headers: httpx.Headers, now: datetime) -> None:
    if status == httpx.codes.OK:
        return
    if status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}:
        raise Busy(f"the server answers {status}: it asks for a pause", retry_after_seconds(headers, now))
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Transient(f"the server answers {status}: its own fault, asked again later")
    advice = {
        401: "it wants a login: take another address",
        403: "it refuses programs or this country: take another address",
        404: "the feed is gone: take another address",
        410: "the feed is gone for good: take another address",
    }
    raise Permanent(f"the server answers {status}: {advice.get(status, 'check the address')}")


def retry_after_seconds(headers: httpx.Headers, now: datetime) -> float | None:
    """Return how long to wait, from seconds or a date (RFC 9110, section 10.2.3), at most a day."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _MAX_RETRY_AFTER_SECONDS)
    at = read_date(value) if value else None
    return min(max((at - now).total_seconds(), 0.0), _MAX_RETRY_AFTER_SECONDS) if at else None
