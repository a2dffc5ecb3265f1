"""Two simulated days of a small world: sources of every temper, two copies of ingest of which one keeps dying.

Time is a clock set by hand, minute by minute; HTTP and PostgreSQL are real. Copies die at the two worst moments: with
a source in their hands, and after Kafka took the articles but before the database knew.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from schemas.article import Article
from schemas.source_state import SourceStatus, SourceTrouble
from services.ingest.app import MIGRATIONS
from services.ingest.pace import ceiling, held
from services.ingest.source_store import LEASE
from services.ingest.spec import read_spec
from services.runtime.database import Database
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock, Published
from tests.ingest.desk import Desk, open_desk
from tests.ingest.site import Answer, Site, open_site, reply

pytestmark = pytest.mark.system

HOURS = 48
DEATHS = 50
TROUBLE_FROM = timedelta(hours=20)
START = datetime.fromisoformat("2026-11-24T08:00:00+00:00")
TEMPERS = ("steady", "official", "dies", "moves", "falls-silent", "redesigned", "asks-for-a-pause", "lies-about-dates")


@dataclass
class Kafka(Published):
    """What went out, with the simulated time; it can die right after it took a batch."""

    clock: HandClock = field(default_factory=HandClock)
    at: dict[tuple[str | None, int], datetime] = field(default_factory=dict)
    dies: bool = False

    async def __call__(self, articles: Sequence[Article]) -> None:
        """Take a batch; with `dies`, whoever handed it over never learns that."""
        await super().__call__(articles)
        for one in articles:
            self.at.setdefault((one.url, one.revision), self.clock())
        if self.dies:
            self.dies = False
            raise Transient("this copy died before it could remember")


@dataclass
class World:
    """The sources as they are at a moment, and when each of their items appeared."""

    site: Site
    clock: HandClock
    shown: dict[str, dict[str, datetime]] = field(default_factory=dict)

    def turn(self) -> None:
        """Bring every source to the present: a new item each three hours, and what its temper does."""
        passed = self.clock() - START
        for temper in TEMPERS:
            items = self.shown.setdefault(temper, {})
            is_quiet = temper in {"falls-silent", "dies", "redesigned"} and passed >= TROUBLE_FROM
            if passed % timedelta(hours=3) == timedelta(minutes=TEMPERS.index(temper)) and not is_quiet:
                items[f"https://{temper}.example/{len(items)}"] = self.clock()
            self._show(temper, items, passed >= TROUBLE_FROM)

    def _show(self, temper: str, items: Mapping[str, datetime], is_troubled: bool) -> None:
        feed = _feed(items, future=temper == "lies-about-dates")
        path = f"/{temper}"
        trouble: dict[str, Answer] = {
            "dies": reply(410),
            "moves": reply(301, location=self.site.url("/moved")),
            "redesigned": reply(200, b"<html><body>A new look</body></html>", content_type="text/html"),
        }
        if temper == "asks-for-a-pause" and TROUBLE_FROM <= self.clock() - START < TROUBLE_FROM + timedelta(hours=2):
            trouble[temper] = reply(429, retry_after="1800")
        if temper == "moves":
            self.site.pages["/moved"] = reply(200, feed)
        self.site.pages[path] = trouble[temper] if is_troubled and temper in trouble else reply(200, feed)


def _feed(items: Mapping[str, datetime], *, future: bool) -> bytes:
    rows = "".join(
        f"<item><title>Act {url} on exports</title><link>{url}</link>"
        f"<pubDate>{(at + timedelta(days=400 * future)).isoformat()}</pubDate></item>"
        for url, at in items.items()
    )
    return f'<rss version="2.0"><channel><title>T</title>{rows}</channel></rss>'.encode()


@pytest_asyncio.fixture
async def copies(postgres_url: str, tmp_path: Path, world: World, kafka: Kafka) -> AsyncIterator[list[Desk]]:
    """Give two copies of ingest over one database, which know every source of the world."""
    catalogue = {
        temper: read_spec(
            {"id": temper, "url": world.site.url(f"/{temper}"), "kind": "official" if temper == "official" else "news"}
        )
        for temper in TEMPERS
    }
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(2):
            db = Database(postgres_url, "ingest", MIGRATIONS)
            await db.start()
            stack.push_async_callback(db.stop)
            made.append(await stack.enter_async_context(open_desk(db, kafka, kafka.clock, tmp_path, catalogue)))
            await made[-1].book.refresh()
        yield made


@pytest.fixture
def kafka() -> Kafka:
    """Give what went out, on a clock that stands."""
    made = Kafka()
    made.clock.now = START
    return made


@pytest_asyncio.fixture
async def world(kafka: Kafka) -> AsyncIterator[World]:
    """Give the world on loopback."""
    async with open_site() as site:
        yield World(site, kafka.clock)


async def live(world: World, kafka: Kafka, copies: Sequence[Desk]) -> int:
    """Let two days pass; return how often a copy died."""
    random = Random(7)  # noqa: S311 - the same world every time
    due = dict.fromkeys(TEMPERS, START)
    deaths = 0
    while kafka.clock() < START + timedelta(hours=HOURS):
        world.turn()
        for temper in [one for one in TEMPERS if due[one] <= kafka.clock()]:
            desk = random.choice(copies)
            dies = deaths < DEATHS and random.random() < 0.1
            deaths += dies
            if dies and random.random() < 0.5:
                await desk.store.claim(temper, kafka.clock(), kafka.clock())
                due[temper] = kafka.clock() + LEASE
                continue
            kafka.dies = dies
            outcome = await desk.poller.poll(temper)
            kafka.dies = False
            state = await desk.book.state(desk.book.specs[temper])
            wait = timedelta(minutes=1) if outcome == "postponed" else held(desk.book.specs[temper], state.pace_seconds)
            due[temper] = max(kafka.clock() + wait, state.not_before or START)
        kafka.clock.move(minutes=1)
    return deaths


async def test_two_days_of_the_world(world: World, kafka: Kafka, copies: list[Desk]) -> None:
    """Every item comes out once, in its interval, whoever dies; every fault has its name in its source's health."""
    assert await live(world, kafka, copies) == DEATHS
    shown = {url: at for items in world.shown.values() for url, at in items.items()}
    assert {url for url, _ in kafka.at} >= {url for url in shown if "pause" not in url}
    assert {revision for _, revision in kafka.at} == {1}
    for url, at in shown.items():
        temper = url.removeprefix("https://").partition(".")[0]
        slack = timedelta(hours=2, minutes=30) if temper == "asks-for-a-pause" else LEASE
        longest = ceiling(copies[0].book.specs[temper]) + timedelta(minutes=1) + slack
        if at < START + timedelta(hours=HOURS) - longest:
            assert kafka.at[url, 1] - at <= longest, url
    states = {one: await copies[0].book.state(copies[0].book.specs[one]) for one in TEMPERS}
    assert {one: (state.status, state.trouble) for one, state in states.items()} == {
        "steady": (SourceStatus.OK, None),
        "official": (SourceStatus.OK, None),
        "dies": (SourceStatus.FAILING, None),
        "moves": (SourceStatus.OK, SourceTrouble.MOVED),
        "falls-silent": (SourceStatus.SILENT, None),
        "redesigned": (SourceStatus.FAILING, SourceTrouble.CHANGED_SHAPE),
        "asks-for-a-pause": (SourceStatus.OK, None),
        "lies-about-dates": (SourceStatus.OK, None),
    }
    assert "410" in (states["dies"].reason or "")
    assert all(one.published_at is None or one.published_at <= one.fetched_at for one in kafka.articles)
    for fault in ("dies", "redesigned", "moves"):
        named = [one for one in await copies[0].book.history(fault) if one["trouble"] or one["status"] == "failing"]
        assert named[-1]["at"] - START - TROUBLE_FROM <= 2 * ceiling(copies[0].book.specs[fault])
