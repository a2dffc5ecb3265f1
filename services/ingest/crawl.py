"""Reading pages of a site: only what its robots.txt allows, one at a time with a delay, and so many an hour.

Feeds, sitemaps, lists and APIs are published for programs and are not asked about here; pages are written for people.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.ingest.robots import Robots
from services.ingest.sources.reader import Busy, Denied
from services.runtime.clock import Clock

PAGES_AN_HOUR = 120
"""Of one host, by one copy of this service."""
GAP_SECONDS = 2.0
LONGEST_GAP_SECONDS = 30.0
"""A site that asks for more between two pages is read at this pace within its hour's budget."""
_HOUR_SECONDS = 3600.0
_KEPT_HOSTS = 5000

Sleep = Callable[[float], Awaitable[None]]


@dataclass
class _Host:
    """One host: who reads it now, when it is free, and when its pages of the last hour were read."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    read_at: deque[float] = field(default_factory=deque)

    def wait_for_budget(self, now: float, pages_an_hour: int) -> float:
        """Return how many seconds until another page fits into the hour; 0 for now."""
        while self.read_at and self.read_at[0] <= now - _HOUR_SECONDS:
            self.read_at.popleft()
        if len(self.read_at) < pages_an_hour:
            return 0.0
        return self.read_at[0] + _HOUR_SECONDS - now


@dataclass
class Crawl:
    """Who may read which page when."""

    robots: Robots
    clock: Clock
    monotonic: Callable[[], float]
    """Seconds."""
    pages_an_hour: int = PAGES_AN_HOUR
    gap_seconds: float = GAP_SECONDS
    sleep: Sleep = asyncio.sleep
    _hosts: OrderedDict[str, _Host] = field(default_factory=OrderedDict)

    @asynccontextmanager
    async def page(self, url: str) -> AsyncIterator[None]:
        """Hold a host for the reading of one page.

        Raises Denied where its robots.txt asks to stay away, Busy where the hour's budget is used up, Transient while
        robots.txt cannot be had.
        """
        host = self._host(urlsplit(url).hostname or "")
        async with host.turn:
            rules = await self.robots.rules(url, self.clock())
            if not rules.allow(url):
                where = urlsplit(url)
                raise Denied(
                    f"the robots.txt of {where.hostname!r} asks programs to stay away from {where.path[:100]!r}"
                )
            wait = host.wait_for_budget(self.monotonic(), self.pages_an_hour)
            if wait > 0:
                raise Busy(f"{self.pages_an_hour} pages of it were read in the last hour: enough", wait)
            await self.sleep(max(host.free_at - self.monotonic(), 0.0))
            host.read_at.append(self.monotonic())
            try:
                yield
            finally:
                gap = min(max(self.gap_seconds, rules.delay_seconds), LONGEST_GAP_SECONDS)
                host.free_at = self.monotonic() + gap

    def _host(self, name: str) -> _Host:
        host = self._hosts.setdefault(name, _Host())
        self._hosts.move_to_end(name)
        if len(self._hosts) > _KEPT_HOSTS:
            oldest = next(iter(self._hosts))
            if not self._hosts[oldest].turn.locked():
                del self._hosts[oldest]
        return host
