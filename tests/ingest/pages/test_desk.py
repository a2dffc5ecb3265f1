"""Requests for pages, worked off over real HTTP and both databases."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest_asyncio

from schemas.article import ArticleRef, Source, SourceKind
from schemas.page_request import PageRequest
from services.ingest.identity import Draft
from services.ingest.intake import Intake
from services.ingest.pages import page_queue
from services.ingest.pages.desk import PageDesk
from services.ingest.pages.extractor import Extractor
from services.ingest.pages.page_queue import PageQueue
from services.ingest.sources.reader import Reach
from services.ingest.store import ArticleStore
from services.ingest.tables import page_requests
from services.runtime.database import Database
from services.runtime.egress import guarded_client
from services.runtime.failure import Transient
from services.runtime.health import Health
from services.runtime.language import detect_language
from services.runtime.records import Received
from tests.ingest.conftest import HandClock, Published
from tests.ingest.site import Site, reply

STORY = "The ministry said on Tuesday that exports of gallium need a licence from December on. " * 5
PAGE = f"<article><p>{STORY}</p></article>".encode()


@pytest_asyncio.fixture
async def desk(db: Database, published: Published, clock: HandClock, tmp_path: Path) -> AsyncIterator[PageDesk]:
    """Give the desk over each database, with the real process for texts."""
    extractor = Extractor(limit_seconds=60)
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:

        def reach(now: datetime) -> Reach:
            return Reach(client, allow_private=True, inbox=tmp_path, now=now)

        intake = Intake(ArticleStore(db), published, clock)
        yield PageDesk(PageQueue(db), extractor, intake, reach, detect_language, clock, Health())
    await extractor.stop()


async def short_item(desk: PageDesk, url: str, number: int = 1) -> PageRequest:
    """Publish a short item, and return the request for its page as classify makes it."""
    source = Source(id="wire", name="Wire", kind=SourceKind.NEWS, country="JP")
    draft = Draft(source=source, title=f"Gallium {number}", text="Short.", fetched_at=desk.clock(), url=url)
    [decision] = await desk.intake.take([draft])
    assert decision.article is not None
    ref = ArticleRef.of(decision.article)
    return PageRequest(article_id=ref.id, revision=1, url=url, reason="short", requested_at=desk.clock(), article=ref)


async def ask(desk: PageDesk, *requests: PageRequest) -> None:
    """Hand requests in as they come from Kafka."""
    await desk([Received(one, None, "chokepoint.page-requests.v1", 0, n) for n, one in enumerate(requests)])


async def test_the_page_is_the_next_revision_of_its_article(desk: PageDesk, site: Site, published: Published) -> None:
    """Source, title and address stay, the text is the page's; asked again, nothing is published twice."""
    site.pages["/a"] = reply(200, PAGE, content_type="text/html")
    request = await short_item(desk, site.url("/a"))
    for _ in range(2):
        await ask(desk, request, request)
        assert await desk.one()
    assert not await desk.one()
    first, second = published.articles
    assert (second.id, second.revision, second.title, second.source) == (first.id, 2, first.title, first.source)
    assert (second.text, second.url, second.language) == (STORY.strip(), site.url("/a"), "en")


async def test_a_page_that_passes_is_tried_again_and_one_that_is_gone_is_not(
    desk: PageDesk, site: Site, published: Published, clock: HandClock
) -> None:
    """A 503 is tried when the site says, a 404 is the end of it; in both cases the article stands as it was."""
    site.pages["/busy"] = reply(503, retry_after="600")
    await ask(desk, await short_item(desk, site.url("/busy"), 1), await short_item(desk, site.url("/gone"), 2))
    assert [await desk.one(), await desk.one(), await desk.one()] == [True, True, False]
    site.pages["/busy"] = reply(200, PAGE, content_type="text/html")
    clock.move(minutes=9)
    assert not await desk.one()
    clock.move(minutes=1)
    assert await desk.one()
    assert [one.revision for one in published.articles] == [1, 1, 2]


async def test_a_page_in_trouble_is_given_up_in_the_end(desk: PageDesk, site: Site, clock: HandClock) -> None:
    """Four failed tries with growing pauses are enough."""
    site.pages["/a"] = reply(500)
    await ask(desk, await short_item(desk, site.url("/a")))
    for _ in range(200):
        await desk.one()
        clock.move(minutes=1)
    assert len(site.asked) == 4


async def test_nothing_is_lost_while_kafka_is_away(
    desk: PageDesk, site: Site, published: Published, clock: HandClock
) -> None:
    """A page whose article cannot be published is read again later."""
    site.pages["/a"] = reply(200, PAGE, content_type="text/html")
    await ask(desk, await short_item(desk, site.url("/a")))
    published.failure = Transient("Kafka is away")
    assert await desk.one()
    published.failure = None
    clock.move(minutes=1)
    assert await desk.one()
    assert [one.revision for one in published.articles] == [1, 2]


async def test_what_says_nothing_of_its_article_is_not_read(desk: PageDesk, site: Site) -> None:
    """Without source and title no revision can be made; nothing is fetched for it."""
    request = await short_item(desk, site.url("/a"))
    await ask(desk, request.model_copy(update={"article": None}))
    assert not await desk.one()


async def test_a_copy_that_died_with_a_page_is_replaced(desk: PageDesk, site: Site, clock: HandClock) -> None:
    """A lease is held by one copy; when it runs out, another takes the page."""
    await ask(desk, await short_item(desk, site.url("/a")))
    assert await desk.queue.take(clock()) is not None
    assert await desk.queue.take(clock()) is None
    clock.move(seconds=page_queue.LEASE.total_seconds())
    assert await desk.queue.take(clock()) is not None


async def test_the_queue_is_bounded(desk: PageDesk, site: Site, clock: HandClock) -> None:
    """Beyond the limit the oldest requests are given up, for their news are old."""
    requests = [await short_item(desk, site.url(f"/{number}"), number) for number in range(5)]
    page_queue.MOST, before = 3, page_queue.MOST
    try:
        for request in requests:
            await ask(desk, request)
            clock.move(seconds=1)
    finally:
        page_queue.MOST = before
    waiting = [await desk.queue.take(clock() + timedelta(minutes=1)) for _ in range(4)]
    assert [one.request.article_id if one else None for one in waiting] == [
        *(request.article_id for request in requests[2:]),
        None,
    ]


async def test_a_request_that_cannot_be_read_holds_up_no_other(desk: PageDesk, site: Site, db: Database) -> None:
    """One of another version is dropped with a line, and the next one is read."""
    site.pages["/story"] = reply(200, PAGE, content_type="text/html")
    await ask(desk, await short_item(desk, site.url("/story")))
    async with db.write() as connection:
        long_ago = desk.clock() - timedelta(hours=1)
        row = {"article_id": "art_0", "request": {"of": "later"}, "asked_at": long_ago, "due_at": long_ago, "tries": 0}
        await connection.execute(page_requests.insert(), [row])
    assert await desk.one()
    assert not await desk.one()
    assert "/story" in [path for path, _ in site.asked]
