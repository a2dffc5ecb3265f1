"""Fetch a page, feed or file over redirects, each hop under the same guard."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from services.runtime.egress.body import read_body
from services.runtime.egress.url import check_url
from services.runtime.failure import Permanent, Transient

# What may follow a redirect to another origin; a key or token may not (RFC 9110, section 15.4).
_HARMLESS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since", "user-agent"})
_FOR_GOOD = frozenset({301, 308})


@dataclass(frozen=True)
class Fetched:
    """An answer: `body` unpacked, `hops` the URLs that redirected, in order, `final_url` the one that answered.

    `moved_to` is where the first redirects led that are for good (301, 308): the address to use from now on.
    """

    status: int
    headers: httpx.Headers
    body: bytes
    final_url: str
    hops: tuple[str, ...]
    moved_to: str | None = None


async def fetch_following(  # noqa: PLR0913 - each is an independent limit, named by keyword
    client: httpx.AsyncClient,
    url: str,
    *,
    max_hops: int,
    max_bytes: int,
    headers: Mapping[str, str],
    allow_private: bool,
    deadline_seconds: float = 30.0,
) -> Fetched:
    """GET a URL with a guarded client over at most `max_hops` redirects, all within `deadline_seconds`.

    `max_bytes` bounds the body on the wire and unpacked. Any status is returned as it came, 304 and 404 too.
    Raises Forbidden, TooLarge or another Permanent, or Transient when the network or the server fails.
    """
    host = check_url(url, allow_private=allow_private).host
    try:
        async with asyncio.timeout(deadline_seconds):
            return await _follow(client, url, dict(headers), max_hops, max_bytes, allow_private=allow_private)
    except TimeoutError:
        raise Transient(f"{host!r} did not answer in full within {deadline_seconds:g} s") from None
    except httpx.TransportError as error:
        raise Transient(f"{host!r} cannot be read: {type(error).__name__} {error}".rstrip()) from error


async def _follow(  # noqa: PLR0913 - the arguments of the function above
    client: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    max_hops: int,
    max_bytes: int,
    *,
    allow_private: bool,
) -> Fetched:
    at = check_url(url, allow_private=allow_private)
    hops: list[str] = []
    moved_to: str | None = None
    still_for_good = True
    while True:
        async with client.stream("GET", at, headers=headers, follow_redirects=False) as response:
            # httpx has read the Location, and raises where it is no URL, whether or not it follows it.
            target = response.next_request
            if target is None:
                body = await read_body(response, max_bytes)
                return Fetched(response.status_code, response.headers, body, str(at), tuple(hops), moved_to)
        still_for_good = still_for_good and response.status_code in _FOR_GOOD
        hops.append(str(at))
        if len(hops) > max_hops:
            raise Permanent(f"{at.host!r} redirects once more after {max_hops} redirects; give the final address")
        after = check_url(str(target.url), allow_private=allow_private)
        headers = headers if _origin(after) == _origin(at) else _harmless(headers)
        at = after
        moved_to = str(at) if still_for_good else moved_to


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
