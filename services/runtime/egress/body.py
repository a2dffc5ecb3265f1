"""Bodies within a limit, on the wire and unpacked: 10 MB of gzip can hold 10 GB."""

import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import httpx

from services.runtime.failure import Permanent, Transient

# Brotli and zstd are not asked for: one of their small chunks may unpack to gigabytes before anyone can stop it.
ACCEPT_ENCODING = "gzip, deflate"
_MAX_MEMBERS = 100


class TooLarge(Permanent):
    """The body is larger than the caller's limit, on the wire or unpacked."""


async def read_body(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the unpacked body of a streamed response and stop reading at `max_bytes`, packed or unpacked.

    Raises TooLarge, Permanent for a coding that was not asked for, Transient for a body that breaks off.
    """
    packed = await _read(response, max_bytes + 1)
    if len(packed) > max_bytes:
        raise TooLarge(f"{response.url.host!r} sent more than {max_bytes} bytes")
    return decompress(packed, response.headers.get("content-encoding", ""), max_bytes=max_bytes)


async def read_start(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the first bytes of a streamed response's body, for a delivery's record, at most `max_bytes` of them.

    They are unpacked as far as that goes, and returned as they came where it does not; what they hold never raises.
    """
    packed = await _read(response, max_bytes)
    try:
        return _unpacked(packed, _coding(response.headers.get("content-encoding", "")), max_bytes)[0]
    except (Permanent, zlib.error):
        return packed


def decompress(packed: bytes, content_encoding: str, *, max_bytes: int) -> bytes:
    """Unpack a whole body (RFC 9110, section 8.4.1); "" and "identity" return it as it is.

    Raises TooLarge when it would unpack to more than `max_bytes`, Permanent for a coding other than gzip and deflate
    or more than one, Transient when the data is damaged or incomplete.
    """
    try:
        unpacked, complete = _unpacked(packed, _coding(content_encoding), max_bytes + 1)
    except zlib.error as error:
        raise Transient(f"the {content_encoding} body is damaged: {error}") from None
    if len(unpacked) > max_bytes:
        raise TooLarge(f"the {content_encoding} body unpacks to more than {max_bytes} bytes")
    if not complete:
        raise Transient(f"the {content_encoding} body breaks off")
    return unpacked


async def _read(response: httpx.Response, limit: int) -> bytes:
    read = bytearray()
    # httpx declares an iterator and returns a generator; one left half-read must be closed, or its connection lingers.
    async with aclosing(cast("AsyncGenerator[bytes, None]", response.aiter_raw())) as chunks:
        async for chunk in chunks:
            read += chunk
            if len(read) >= limit:
                break
    return bytes(read[:limit])


def _coding(content_encoding: str) -> str:
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    named = [coding.removeprefix("x-") for coding in codings if coding not in {"", "identity"}]
    if len(named) > 1 or (named and named[0] not in {"gzip", "deflate"}):
        raise Permanent(f"the body is packed as {content_encoding[:50]!r}; only gzip or deflate was asked for")
    return named[0] if named else ""


def _unpacked(packed: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    """Return at most `limit` bytes, and whether the data had come to its end by then."""
    if not coding or not packed:
        return packed[:limit], True
    if coding == "deflate":
        unpacker = zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(packed) else -zlib.MAX_WBITS)
        return unpacker.decompress(packed, limit), unpacker.eof
    return _gunzipped(packed, limit)


def _gunzipped(packed: bytes, limit: int) -> tuple[bytes, bool]:
    """Unpack gzip members one after another (RFC 1952, section 2.2), and pass over padding after the last."""
    unpacked = b""
    for _ in range(_MAX_MEMBERS):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacked += unpacker.decompress(packed, limit - len(unpacked))
        packed = unpacker.unused_data
        if not unpacker.eof or not packed.startswith(b"\x1f\x8b") or len(unpacked) >= limit:
            return unpacked, unpacker.eof
    raise Permanent(f"the gzip body has more than {_MAX_MEMBERS} members")


def _has_zlib_header(packed: bytes) -> bool:
    """Tell zlib's format from bare deflate, which some servers send in its place (RFC 1950, section 2.2)."""
    return packed[0] & 0x0F == zlib.DEFLATED and int.from_bytes(packed[:2], "big") % 31 == 0
