"""The loops: sources set by people are polled side by side, and the loops end when the service stops."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from services.ingest.politeness import Hosts
from services.ingest.pollers import Pollers
from services.ingest.rounds import Rounds
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.health import Health
from tests.ingest.conftest import HandClock, Published
from tests.ingest.desk import Desk, open_desk
from tests.ingest.feeds import Entry, rss
from tests.ingest.site import Site, endless, reply


@pytest_asyncio.fixture
async def desk(sqlite: Database, published: Published, clock: HandClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """Give ingest without Kafka, with no source."""
    async with open_desk(sqlite, published, clock, tmp_path, {}) as opened:
        yield opened


def loops(desk: Desk, gap_seconds: float = 0.0) -> Pollers:
    """Put the loops over the parts."""
    rounds = Rounds(desk.queue, utc_now)
    return Pollers(desk.queue, rounds, desk.book, desk.poller, Hosts(time.monotonic, gap_seconds), Health())


async def until_published(desk: Desk, count: int) -> None:
    """Wait until this many articles went out."""
    async with asyncio.timeout(20):
        while len(desk.published.articles) < count:  # noqa: ASYNC110 - the record has no event
            await asyncio.sleep(0.01)


async def test_a_slow_source_does_not_hold_up_the_others(desk: Desk, site: Site) -> None:
    """While one server trickles, sources of other hosts and folders go on; all loops end when told to."""
    site.pages["/slow"] = endless(b"<", pause_seconds=0.05)
    await desk.set(id="slow", url=site.url("/slow"))
    site.pages["/fast"] = reply(200, rss([Entry(1), Entry(2)]))
    await desk.set(id="fast", url=site.url("/fast").replace("127.0.0.1", "localhost"))
    desk.queue.offer("slow")
    desk.queue.offer("fast")
    stopping = asyncio.Event()
    work = asyncio.create_task(loops(desk).work(stopping))
    await until_published(desk, 2)
    stopping.set()
    await asyncio.wait([work], timeout=3)
    work.cancel()
    await asyncio.wait([work])
    assert {path for path, _ in site.asked} == {"/slow", "/fast"}


async def test_sources_of_one_host_take_turns(desk: Desk, site: Site) -> None:
    """Three feeds of one host are asked one after the other, with the gap between them, and all are read."""
    for number in (1, 2, 3):
        site.pages[f"/{number}"] = reply(200, rss([Entry(number)]))
        await desk.set(id=f"s{number}", url=site.url(f"/{number}"))
        desk.queue.offer(f"s{number}")
    stopping = asyncio.Event()
    work = asyncio.create_task(loops(desk, gap_seconds=0.2).work(stopping))
    await until_published(desk, 3)
    stopping.set()
    await work
    assert sorted(path for path, _ in site.asked) == ["/1", "/2", "/3"]


async def test_a_source_set_while_it_runs_is_polled(desk: Desk, site: Site) -> None:
    """The plan takes up what is in the database and the scheduler asks for it in its time."""
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    await desk.set(url=site.url("/feed"), every="5s")
    stopping = asyncio.Event()
    made = loops(desk)
    tasks = [asyncio.create_task(loop(stopping)) for loop in (made.plan, made.work)]
    await until_published(desk, 1)
    stopping.set()
    await asyncio.gather(*tasks)
    assert made.rounds.next_at("s") is None
