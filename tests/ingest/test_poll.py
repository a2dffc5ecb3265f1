"""One poll after another, over real HTTP and both databases."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from sqlalchemy import update

from schemas.source_state import SourceStatus, SourceTrouble
from services.ingest.source_store import LEASE, Claimed
from services.ingest.sources.reader import Denied
from services.ingest.tables import source_states
from services.runtime.database import Database
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock, Published
from tests.ingest.desk import Desk, open_desk
from tests.ingest.feeds import Entry, rss
from tests.ingest.site import Site, conditional, reply
from tests.ingest.sources.stages import recorded


@pytest_asyncio.fixture
async def desk(db: Database, published: Published, clock: HandClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """Give ingest without Kafka, with no source."""
    async with open_desk(db, published, clock, tmp_path / "inbox", {}) as opened:
        yield opened


async def test_a_feed_is_published_once_and_its_edit_again(desk: Desk, site: Site) -> None:
    """What a feed lists goes out once, oldest first; what it adds goes out next time, an edit as revision 2."""
    await desk.set(url=site.url("/feed"), name="Gazette", country="JP", kind="official")
    site.pages["/feed"] = reply(200, rss([Entry(1), Entry(2)]))
    await desk.poller.poll("s")
    site.pages["/feed"] = reply(
        200, rss([Entry(1), Entry(2), Entry(3)]).replace(b"number 2 restricts", b"number 2 bans")
    )
    desk.clock.move(minutes=10)
    await desk.poller.poll("s")
    out = [((one.url or "")[-1], one.revision) for one in desk.published.articles]
    assert out == [("1", 1), ("2", 1), ("2", 2), ("3", 1)]
    assert {(one.source.name, one.source.country, one.language) for one in desk.published.articles} == {
        ("Gazette", "JP", "en")
    }
    state = desk.told[-1]
    assert (state.status, state.articles_total, state.last_polled_at) == (SourceStatus.OK, 4, desk.clock())


async def test_nothing_is_fetched_that_did_not_change(desk: Desk, site: Site) -> None:
    """The second poll shows the tag of the first, gets 304 and publishes nothing."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = conditional(rss([Entry(1)]), '"v1"')
    assert await desk.poller.poll("s") == "ok"
    desk.clock.move(minutes=10)
    assert await desk.poller.poll("s") == "unchanged"
    assert site.asked[-1][1]["if-none-match"] == '"v1"'
    assert len(desk.published.articles) == 1


async def test_validators_are_kept_only_when_every_article_is_safe(desk: Desk, site: Site) -> None:
    """While Kafka is away nothing is lost: the next poll fetches the whole feed again and publishes it."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = conditional(rss([Entry(1)]), '"v1"')
    desk.published.failure = Transient("Kafka is away")
    assert await desk.poller.poll("s") == "postponed"
    desk.published.failure = None
    desk.clock.move(minutes=10)
    assert await desk.poller.poll("s") == "ok"
    assert "if-none-match" not in site.asked[-1][1]
    assert len(desk.published.articles) == 1
    assert desk.told[-1].failures_in_a_row == 0


async def test_a_failing_source_is_left_alone_for_a_while(desk: Desk, site: Site) -> None:
    """After failures a source is asked less often, and its state says why and since when."""
    await desk.set(url=site.url("/gone"))
    outcomes = []
    for _ in range(4):
        outcomes.append(await desk.poller.poll("s"))
        desk.clock.move(minutes=11, seconds=1)
    assert outcomes == ["failed", "failed", "not_due", "failed"]
    assert len(site.asked) == 3
    state = desk.told[-1]
    assert (state.status, state.failures_in_a_row) == (SourceStatus.FAILING, 3)
    assert "404" in (state.reason or "")


async def test_a_wish_for_a_pause_is_granted(desk: Desk, site: Site) -> None:
    """A server that answers 429 with an hour is not asked before that."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = reply(429, retry_after="3600")
    assert await desk.poller.poll("s") == "busy"
    desk.clock.move(minutes=59)
    assert await desk.poller.poll("s") == "not_due"
    desk.clock.move(minutes=2)
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    assert await desk.poller.poll("s") == "ok"


async def test_two_copies_do_not_poll_one_source_together(desk: Desk, site: Site) -> None:
    """Of polls at the same moment, as by several copies of the service, one is done."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    outcomes = await asyncio.gather(*[desk.poller.poll("s") for _ in range(5)])
    assert outcomes.count("ok") == 1
    assert set(outcomes) <= {"ok", "held", "not_due"}
    assert len(site.asked) == 1


async def test_one_page_in_two_feeds_is_one_article(desk: Desk, site: Site) -> None:
    """The same address through two sources is one article; another wording of it is a revision, once."""
    site.pages["/a"] = reply(200, rss([Entry(1)]))
    site.pages["/b"] = reply(
        200, rss([Entry(1)]).replace(b"/act/1", b"/act/1?utm_source=b").replace(b"restricts", b"limits")
    )
    for _ in range(3):
        for name in ("a", "b"):
            await desk.set(id=name, url=site.url(f"/{name}"))
            await desk.poller.poll(name)
        desk.clock.move(minutes=30)
        for name in ("a", "b"):
            state = (await desk.store.states([name]))[name]
            await desk.store.save({name: state.model_copy(update={"validators": {}})})
    assert [(one.revision, one.source.id) for one in desk.published.articles] == [(1, "a"), (2, "b")]
    assert len({one.id for one in desk.published.articles}) == 1


async def test_a_folder_takes_what_is_dropped_into_it(desk: Desk, tmp_path: Path) -> None:
    """Files of each kind are read once; a broken one is named and does not hold up the others."""
    folder = tmp_path / "inbox" / "drop"
    folder.mkdir(parents=True)
    files = {
        "1.json": '{"id": "a1", "title": "A"}',
        "2.jsonl": '{"title": "B"}\n{"title": "C"}\n',
        "3.txt": "D\n\nmore",
        "4.json": "{broken",
        "5.exe": "no",
        ".6.json": '{"title": "hidden"}',
        "7.html": "<p>E</p>",
        "8.jsonl": '{"title": "F"}\n{"title": ""}\n7\n{oops\n',
        "9.txt": "",
    }
    for number, (name, text) in enumerate(files.items()):
        (folder / name).write_text(text)
        os.utime(folder / name, (1_700_000_000 + number, 1_700_000_000 + number))
    await desk.set(type="folder", path="drop", every="5s")
    await desk.poller.poll("s")
    desk.clock.move(seconds=6)
    await desk.poller.poll("s")
    assert [one.title or one.text for one in desk.published.articles] == ["A", "B", "C", "D", "E", "F"]
    assert desk.published.articles[0].id == "a1"
    assert (desk.told[-1].status, desk.told[-1].articles_total) == (SourceStatus.OK, 6)
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)


async def test_a_link_does_not_lead_out_of_the_inbox(desk: Desk, tmp_path: Path) -> None:
    """Neither a link in the folder nor a folder that is a link lets a source read elsewhere."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.txt").write_text("secret")
    (tmp_path / "inbox" / "drop").mkdir(parents=True)
    (tmp_path / "inbox" / "drop" / "link.txt").symlink_to(tmp_path / "secret" / "a.txt")
    (tmp_path / "inbox" / "away").symlink_to(tmp_path / "secret")
    await desk.set(id="one", type="folder", path="drop")
    await desk.set(id="two", type="folder", path="away")
    await desk.set(id="three", type="file", path="drop/link.txt")
    for name in ("one", "two", "three"):
        await desk.poller.poll(name)
    assert desk.published.articles == []
    assert [desk.told[-1].status, desk.told[-2].status] == [SourceStatus.FAILING] * 2


async def test_a_disabled_or_unknown_source_is_not_asked(desk: Desk, site: Site) -> None:
    """Nothing leaves for a source that is switched off or removed."""
    await desk.set(url=site.url("/feed"), enabled=False)
    assert [await desk.poller.poll("s"), await desk.poller.poll("nobody")] == ["gone", "gone"]
    assert site.asked == []


async def test_a_fault_of_a_reader_is_one_failed_poll(desk: Desk, site: Site, db: Database) -> None:
    """Something we never thought of fails this source, in the log with its traceback, and not the service."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    state = (await desk.store.states(["s"]))["s"]
    broken = state.model_copy(update={"validators": {"etag": 7}, "reads": f"feed:{site.url('/feed')}"})
    async with db.write() as connection:
        await connection.execute(update(source_states).values(state=broken.model_dump(mode="json")))
    assert await desk.poller.poll("s") == "failed"
    assert "our reader failed" in (desk.told[-1].reason or "")


async def test_a_moved_source_starts_afresh(desk: Desk, site: Site) -> None:
    """A source that is given another address is not asked with the validators of the old one."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = site.pages["/new"] = conditional(rss([Entry(1)]), '"same"')
    await desk.poller.poll("s")
    await desk.set(url=site.url("/new"))
    desk.clock.move(minutes=10)
    assert await desk.poller.poll("s") == "ok"
    assert "if-none-match" not in site.asked[-1][1]


async def test_pushes_show_in_the_state_of_their_source(desk: Desk) -> None:
    """What was pushed since the last time is told once, as articles of the push source."""
    await desk.set(id="push", type="push", kind="push")
    told = len(desk.told)
    for _ in range(2):
        desk.book.count_pushed(3)
        await desk.book.tell_pushed()
        await desk.book.tell_pushed()
    assert [one.articles_total for one in desk.told[told:]] == [3, 6]
    assert (desk.told[-1].status, desk.told[-1].last_new_at) == (SourceStatus.OK, desk.clock())


async def test_a_list_tells_what_changed_since_the_version_that_was_kept(desk: Desk, site: Site) -> None:
    """The first version is kept and is no news; a name that is added goes out once, even when Kafka was away."""
    await desk.set(type="sanctions-list", url=site.url("/list.xml"), kind="official", every="10m")
    before = recorded("ofac.xml").replace(b"900001", b"").replace(b"NORDSTERN METALS FZE", b"")
    site.pages["/list.xml"] = conditional(before, '"v1"')
    assert await desk.poller.poll("s") == "ok"
    assert (desk.published.articles, desk.told[-1].status) == ([], SourceStatus.OK)
    site.pages["/list.xml"] = conditional(recorded("ofac.xml"), '"v2"')
    desk.published.failure = Transient("Kafka is away")
    desk.clock.move(minutes=10)
    assert await desk.poller.poll("s") == "postponed"
    desk.published.failure = None
    for _ in range(2):
        desk.clock.move(minutes=10)
        await desk.poller.poll("s")
    [article] = desk.published.articles
    assert "adds NORDSTERN METALS FZE to its sanctions list" in article.title
    assert (article.source.kind.value, article.revision) == ("official", 1)


async def test_a_list_at_another_address_begins_afresh(desk: Desk, site: Site) -> None:
    """The version that was kept belongs to its address: of another list nothing counts as added."""
    site.pages["/ofac.xml"] = reply(200, recorded("ofac.xml"))
    site.pages["/uk.xml"] = reply(200, recorded("uk.xml"))
    for path in ("/ofac.xml", "/uk.xml"):
        await desk.set(type="sanctions-list", url=site.url(path))
        desk.clock.move(minutes=10)
        assert await desk.poller.poll("s") == "ok"
    assert desk.published.articles == []


async def test_what_a_dead_copy_began_is_taken_over(desk: Desk, site: Site) -> None:
    """While a copy holds the lease nobody else polls; when the lease runs out, the next one does, at once."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    assert await desk.store.claim("s", desk.clock(), desk.clock()) is Claimed.MINE  # and this copy dies
    assert await desk.poller.poll("s") == "held"
    desk.clock.move(seconds=LEASE.total_seconds())
    assert await desk.poller.poll("s") == "ok"
    assert await desk.poller.poll("s") == "not_due"


async def test_a_source_without_news_is_asked_less_often(desk: Desk, site: Site) -> None:
    """Each poll without news makes the interval longer, and news make it shorter; its state says how long it is."""
    await desk.set(url=site.url("/feed"))
    site.pages["/feed"] = reply(200, rss([Entry(1)]))
    for _ in range(4):
        await desk.poller.poll("s")
        desk.clock.move(hours=1)
    slow = desk.told[-1].every_seconds
    site.pages["/feed"] = reply(200, rss([Entry(1), Entry(2)]))
    await desk.poller.poll("s")
    assert (slow, desk.told[-1].every_seconds) == (600 * 1.25**3, 600)


async def test_a_redesign_and_a_move_are_named(desk: Desk, site: Site) -> None:
    """A feed that moved is followed and told; one that becomes a page of HTML has changed its shape."""

    async def moved(writer: asyncio.StreamWriter, headers: Mapping[str, str]) -> None:
        await reply(301, location=site.url("/new"))(writer, headers)

    await desk.set(url=site.url("/feed"))
    site.pages |= {"/feed": moved, "/new": reply(200, rss([Entry(1)]))}
    assert await desk.poller.poll("s") == "ok"
    assert (desk.told[-1].trouble, desk.told[-1].moved_to) == (SourceTrouble.MOVED, site.url("/new"))
    site.pages["/new"] = reply(200, b"<html><body>Welcome</body></html>", content_type="text/html")
    desk.clock.move(hours=1)
    assert await desk.poller.poll("s") == "failed"
    assert (desk.told[-1].status, desk.told[-1].trouble) == (SourceStatus.FAILING, SourceTrouble.CHANGED_SHAPE)
    history = [(one["status"], one["trouble"]) for one in await desk.book.history("s")]
    assert history[:2] == [("failing", "changed_shape"), ("ok", "moved")]


async def test_a_page_that_robots_forbid_is_told(desk: Desk, site: Site) -> None:
    """A watched page that its site closes to programs fails with this trouble and is not asked for."""

    @asynccontextmanager
    async def closed(url: str) -> AsyncIterator[None]:
        if url:
            raise Denied(f"the robots.txt asks programs to stay away from {url}")
        yield

    reach = desk.poller.reach
    desk.poller.reach = lambda now: replace(reach(now), page_turn=closed)
    await desk.set(type="page", url=site.url("/news"), select={"items": "li"})
    assert await desk.poller.poll("s") == "failed"
    assert (desk.told[-1].status, desk.told[-1].trouble) == (SourceStatus.FAILING, SourceTrouble.DENIED)
    assert site.asked == []
