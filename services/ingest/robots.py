"""What a site's robots.txt lets programs read (RFC 9309), kept for a day."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
from protego import Protego

from services.ingest.encodings import to_text
from services.runtime.egress import Fetched, TooLarge, fetch_following
from services.runtime.failure import Permanent, Transient

PRODUCT = "Chokepoint"
"""Our name in a robots.txt (RFC 9309, section 2.2.1)."""
MAX_BYTES = 512 * 1024
"""The standard's own limit is 500 KiB (section 2.5)."""
KEPT_FOR = timedelta(hours=24)
"""Not longer (section 2.4)."""
KEPT_SITES = 2000
_UNAVAILABLE = range(400, 500)
_OK = range(200, 300)

FetchText = Callable[[str], Awaitable[Fetched]]
"""Fetches an address under the guard; raises Transient or Permanent."""


@dataclass(frozen=True)
class Rules:
    """What one site says."""

    parsed: Protego | None
    """None: it says nothing, so everything may be read (section 2.3.1.3)."""
    read_at: datetime

    def allow(self, url: str) -> bool:
        """Tell whether we may read an address."""
        return self.parsed is None or self.parsed.can_fetch(url, PRODUCT)

    @property
    def delay_seconds(self) -> float:
        """How long to leave between two pages, 0 where it does not say. Not of the standard, and widely used."""
        return float(self.parsed.crawl_delay(PRODUCT) or 0.0) if self.parsed is not None else 0.0


class Robots:
    """The rules of the sites asked in the last day."""

    def __init__(self, fetch: FetchText) -> None:
        self._fetch = fetch
        self._sites: OrderedDict[str, Rules] = OrderedDict()

    async def rules(self, url: str, now: datetime) -> Rules:
        """Return the rules of the site behind an address.

        Raises Transient while they cannot be had: a site in trouble is not to be read (section 2.3.1.4).
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        known = self._sites.get(site)
        if known is not None and timedelta(0) <= now - known.read_at < KEPT_FOR:
            self._sites.move_to_end(site)
            return known
        rules = Rules(await self._read(f"{site}/robots.txt"), now)
        self._sites[site] = rules
        if len(self._sites) > KEPT_SITES:
            self._sites.popitem(last=False)
        return rules

    async def _read(self, url: str) -> Protego | None:
        host = urlsplit(url).hostname
        try:
            answer = await self._fetch(url)
        except TooLarge:
            raise Transient(f"the robots.txt of {host!r} is larger than {MAX_BYTES // 1024} KB: not read") from None
        except Permanent as error:
            raise Transient(f"the robots.txt of {host!r} cannot be read: {error}") from None
        if answer.status in _UNAVAILABLE:
            return None
        if answer.status not in _OK:
            raise Transient(
                f"the robots.txt of {host!r} answers {answer.status}: its pages are left alone until it is read"
            )
        return Protego.parse(to_text(answer.body, answer.headers.get("content-type", "")))


async def fetch_robots(client: httpx.AsyncClient, url: str, *, allow_private: bool) -> Fetched:
    """Fetch a robots.txt over at most five redirects (section 2.3.1.2)."""
    return await fetch_following(
        client, url, max_hops=5, max_bytes=MAX_BYTES, headers={}, allow_private=allow_private, deadline_seconds=15.0
    )
