"""The body of a request, within its limit and as text."""

from collections.abc import AsyncIterator
from email.message import Message

from starlette.requests import ClientDisconnect, Request

from services.ingest.documents import NotText, decode
from services.runtime.egress import TooLarge, decompress
from services.runtime.failure import Permanent, Transient
from services.runtime.security import Problem

MAX_BODY_BYTES = 10 * 1024 * 1024
_DRAINED_BYTES = 64 * 1024 * 1024
"""Read and dropped beyond the limit, so that a sender gets to the answer instead of a broken connection."""

_JSON = frozenset({"application/json", "text/json", "application/x-www-form-urlencoded", ""})
_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
_TEXT = frozenset({"text/plain", "text/html"})


async def read_text(request: Request) -> tuple[str, str]:
    """Return the body as text and what it is: `json`, `lines`, `text/plain` or `text/html`.

    Raises Problem: 413 over 10 MB (packed or unpacked), 415 for what is no text or a type not taken, 400 for damage.
    """
    kind = _kind(request.headers.get("content-type", ""))
    packed = await _read(request)
    body = _unpacked(packed, request.headers.get("content-encoding", ""))
    try:
        return decode(body), kind
    except NotText as error:
        raise Problem(415, "Binary data", str(error)) from None


def _kind(content_type: str) -> str:
    header = Message()
    header["content-type"] = content_type or "application/json"
    media, charset = header.get_content_type(), (header.get_content_charset() or "utf-8").lower()
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem(415, "Unsupported charset", f"charset {charset[:40]!r} is not taken: send UTF-8")
    if media in _JSON or media.endswith("+json"):
        return "json"
    if media in _LINES:
        return "lines"
    if media in _TEXT:
        return media
    takes = "application/json, application/x-ndjson, text/plain and text/html"
    raise Problem(415, "Unsupported media type", f"{media[:80]!r} is not taken: send one of {takes}")


def _unpacked(packed: bytes, coding: str) -> bytes:
    try:
        return decompress(packed, coding, max_bytes=MAX_BODY_BYTES)
    except TooLarge:
        raise _too_large() from None
    except Permanent as error:
        raise Problem(415, "Unsupported content coding", str(error)) from None
    except Transient as error:
        raise Problem(400, "Damaged body", str(error)) from None


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    waits = request.headers.get("expect", "").lower() == "100-continue"
    if waits and declared.isascii() and declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise _too_large()  # it asks before it sends: nothing to drain
    body, total = bytearray(), 0
    try:
        async for chunk in _chunks(request):
            total += len(chunk)
            if total <= MAX_BODY_BYTES:
                body += chunk
    except ClientDisconnect:
        raise Problem(400, "Broken request", "the connection closed before the body was complete") from None
    if total > MAX_BODY_BYTES:
        raise _too_large()
    return bytes(body)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    total = 0
    async for chunk in request.stream():
        total += len(chunk)
        yield chunk
        if total > _DRAINED_BYTES:
            return


def _too_large() -> Problem:
    limit = MAX_BODY_BYTES // (1024 * 1024)
    return Problem(413, "Body too large", f"more than {limit} MB in one request: send the articles in smaller portions")
