"""A web page for `push`: fetched under the guard against private addresses, handed to ingest as HTML."""

import asyncio
import re
from typing import Final

from services.cli.articles import GivenArticle
from services.cli.errors import Failed
from services.runtime.egress import fetch_following, guarded_client
from services.runtime.failure import Permanent, Transient
from services.runtime.settings import Settings

MAX_BYTES: Final = 5_000_000
MAX_HOPS: Final = 5
STEP_SECONDS: Final = 15.0
READABLE: Final = ("text/html", "application/xhtml+xml", "text/plain")
SNIFFED_BYTES: Final = 2048
OK: Final = 200


def fetch_page(url: str, settings: Settings) -> GivenArticle:
    """Return the page behind a URL as an article; raises Failed with one line when it cannot be had."""
    try:
        return asyncio.run(_fetch(url, settings))
    except (Permanent, Transient) as error:
        raise Failed(f"{url}: {error}") from None


async def _fetch(url: str, settings: Settings) -> GivenArticle:
    allow_private = settings.egress.allow_private
    async with guarded_client(allow_private, timeout_seconds=STEP_SECONDS, user_agent=settings.user_agent) as client:
        page = await fetch_following(
            client,
            url,
            max_hops=MAX_HOPS,
            max_bytes=MAX_BYTES,
            headers={"accept": ", ".join(READABLE)},
            allow_private=allow_private,
        )
    if page.status != OK:
        raise Failed(f"{url} answered {page.status}; nothing was pushed")
    content_type = page.headers.get("content-type", "text/html")
    media = content_type.partition(";")[0].strip().lower()
    if media not in READABLE:
        raise Failed(f"{url} is {media}, not a web page; save its text to a file and push that")
    text = decode_page(page.body, content_type)
    content = {"text": text} if media == "text/plain" else {"html": text}
    return GivenArticle.model_validate({"url": page.final_url, **content})


def decode_page(body: bytes, content_type: str) -> str:
    """Decode a page by its header, else by its own `meta`, else as UTF-8 (HTML Living Standard, 13.2.3.2)."""
    named = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    in_page = re.search(rb"<meta[^>]+charset=[\"']?([\w.:-]+)", body[:SNIFFED_BYTES], re.IGNORECASE)
    charset = named[1] if named else in_page[1].decode("ascii", "replace") if in_page else "utf-8"
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
