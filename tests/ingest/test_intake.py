"""The one way in, over both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from schemas.article import Source, SourceKind
from services.ingest.identity import Draft, Status
from services.ingest.intake import Intake
from services.ingest.store import ArticleStore
from services.runtime.database import Database
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock, Published, opened

SOURCE = Source(id="wire", name="Wire", kind=SourceKind.NEWS)


def draft(text: str, page: int = 1) -> Draft:
    """Make a draft of one page."""
    return Draft(
        url=f"https://wire.example/{page}",
        source=SOURCE,
        title="t",
        text=text,
        fetched_at=datetime(2026, 11, 24, tzinfo=UTC),
    )


async def test_published_once_and_edits_as_the_next_revision(intake: Intake, published: Published) -> None:
    """The same text again is not published; an edited one is, under the same id."""
    for text in ("a", "a", "b"):
        await intake.take([draft(text)])
    assert [(one.revision, one.text) for one in published.articles] == [(1, "a"), (2, "b")]
    assert len({one.id for one in published.articles}) == 1


async def test_a_failed_publish_leaves_no_memory(intake: Intake, published: Published) -> None:
    """What Kafka does not have is not remembered: the next attempt publishes it as the same revision."""
    published.failure = Transient("away")
    with pytest.raises(Transient):
        await intake.take([draft("a")])
    published.failure = None
    [decision] = await intake.take([draft("a")])
    assert (decision.status, decision.revision) == (Status.NEW, 1)


async def test_a_crash_between_publish_and_record_repeats_the_same_revision(
    db: Database, published: Published, clock: HandClock
) -> None:
    """Dying after Kafka has it publishes the same id and revision again, never another."""

    async def publish_and_die(articles: object) -> None:
        await published(articles)  # type: ignore[arg-type]  # the seam's own type
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Intake(ArticleStore(db), publish_and_die, clock).take([draft("a")])
    await Intake(ArticleStore(db), published, clock).take([draft("a")])
    assert {(one.id, one.revision) for one in published.articles} == {(published.articles[0].id, 1)}


async def test_racing_edits_of_one_page_get_revisions_of_their_own(intake: Intake, published: Published) -> None:
    """Twenty texts of one page at the same moment become twenty revisions, none of them used twice."""
    await asyncio.gather(*[intake.take([draft(f"text {number}")]) for number in range(20)])
    assert [one.revision for one in published.articles] == list(range(1, 21))


async def test_batches_that_overlap_do_not_wait_for_each_other_for_ever(intake: Intake, published: Published) -> None:
    """Batches that share pages in opposite orders all come through, and each page is published once."""
    pages = list(range(40))
    await asyncio.gather(
        *[intake.take([draft("same", page) for page in (pages if turn % 2 else pages[::-1])]) for turn in range(10)]
    )
    assert sorted(int((one.url or "").rsplit("/", 1)[1]) for one in published.articles) == pages


async def test_copies_of_the_service_agree_on_postgresql(
    postgres_url: str, published: Published, clock: HandClock
) -> None:
    """Two copies with one PostgreSQL that take the same page at once do not both call theirs revision 1."""
    async with opened(postgres_url) as one, opened(postgres_url) as two:
        copies = [Intake(ArticleStore(db), published, clock) for db in (one, two)]
        await asyncio.gather(*[copies[turn % 2].take([draft(f"text {turn}")]) for turn in range(16)])
    assert sorted(one.revision for one in published.articles) == list(range(1, 17))


async def test_what_no_source_shows_any_more_is_forgotten(db: Database, published: Published, clock: HandClock) -> None:
    """An article that is shown again stays; one that is not seen any more is dropped, contents and all."""
    store = ArticleStore(db)
    intake = Intake(store, published, clock)
    await intake.take([draft("a", 1), draft("a", 2)])
    clock.move(days=60)
    await intake.take([draft("a", 1)])
    assert await store.forget(clock() - timedelta(days=30)) == 1
    assert [one.status for one in await intake.take([draft("a", 1), draft("a", 2)])] == [Status.UNCHANGED, Status.NEW]
