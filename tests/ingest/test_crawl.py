"""Robots, budget and delay, against a real site on loopback, on clocks set by hand."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from services.ingest.crawl import Crawl
from services.ingest.robots import Robots, fetch_robots
from services.ingest.sources.reader import Busy, Denied
from services.runtime.egress import guarded_client
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock
from tests.ingest.site import Site, endless, reply

ROBOTS = (
    b"User-agent: *\nDisallow: /private\n\nUser-agent: Chokepoint\nDisallow: /no\nAllow: /no/but-this\nCrawl-delay: 7\n"
)


class Time:
    """Seconds that pass only when somebody sleeps or a test moves them."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the seconds."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let them pass."""
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def time() -> Time:
    """Give seconds that stand."""
    return Time()


@pytest_asyncio.fixture
async def crawl(clock: HandClock, time: Time) -> AsyncIterator[Crawl]:
    """Give a crawl of at most three pages an hour."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:
        robots = Robots(partial(fetch_robots, client, allow_private=True))
        yield Crawl(robots, clock, time, pages_an_hour=3, sleep=time.sleep)


async def read(crawl: Crawl, url: str) -> bool:
    """Read one page; tell whether it may be read."""
    try:
        async with crawl.page(url):
            return True
    except Denied:
        return False


async def test_robots_are_obeyed_as_the_standard_says(site: Site, crawl: Crawl) -> None:
    """The group that names us counts, the longest rule wins, and robots.txt is asked for once."""
    site.pages["/robots.txt"] = reply(200, ROBOTS, content_type="text/plain")
    allowed = [await read(crawl, site.url(path)) for path in ("/private", "/no/page", "/no/but-this", "/yes")]
    assert allowed == [True, False, True, True]
    assert [path for path, _ in site.asked] == ["/robots.txt"]


@pytest.mark.parametrize("status", [404, 403, 410, 429])
async def test_a_site_without_robots_may_be_read(site: Site, crawl: Crawl, status: int) -> None:
    """A robots.txt that is not to be had (4xx) forbids nothing (RFC 9309, section 2.3.1.3)."""
    site.pages["/robots.txt"] = reply(status)
    assert await read(crawl, site.url("/a"))


@pytest.mark.parametrize("answer", [reply(500), reply(503), endless(b"x" * 65536)])
async def test_a_site_in_trouble_is_left_alone(site: Site, crawl: Crawl, answer: object) -> None:
    """While robots.txt fails (5xx, too large) no page is read; it is asked for again the next time."""
    site.pages["/robots.txt"] = answer  # type: ignore[assignment]  # one of three answers
    with pytest.raises(Transient):
        await read(crawl, site.url("/a"))
    site.pages["/robots.txt"] = reply(200, ROBOTS)
    assert await read(crawl, site.url("/a"))


async def test_rules_are_read_again_after_a_day(site: Site, crawl: Crawl, clock: HandClock) -> None:
    """What a site asks for counts within a day."""
    site.pages["/robots.txt"] = reply(200, b"User-agent: *\nDisallow: /")
    assert not await read(crawl, site.url("/a"))
    site.pages["/robots.txt"] = reply(404)
    assert not await read(crawl, site.url("/a"))
    clock.move(hours=24)
    assert await read(crawl, site.url("/a"))


async def test_a_delay_lies_between_two_pages_of_a_host(site: Site, crawl: Crawl, time: Time) -> None:
    """The delay that the site asks for, from the end of one page to the next; other hosts do not wait."""
    site.pages["/robots.txt"] = reply(200, ROBOTS)
    await read(crawl, site.url("/a"))
    await read(crawl, site.url("/b"))
    await read(crawl, site.url("/a").replace("127.0.0.1", "localhost"))
    assert time.slept == [0.0, 7.0, 0.0]


async def test_the_budget_of_an_hour_is_kept(site: Site, crawl: Crawl, time: Time) -> None:
    """After three pages in an hour the host is left alone until the first is an hour ago; the line says how long."""
    for name in "abc":
        await read(crawl, site.url(f"/{name}"))
    with pytest.raises(Busy, match="3 pages of it were read in the last hour") as caught:
        await read(crawl, site.url("/d"))
    assert caught.value.retry_after_seconds == pytest.approx(3600 - (time.at - 1000))
    time.at = 1000 + 3600
    assert await read(crawl, site.url("/d"))
