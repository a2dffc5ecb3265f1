"""The newest state of each source is kept."""

from datetime import timedelta

from schemas.article import Source, SourceKind
from schemas.source_state import SourceState, SourceStatus
from services.alert.sources import SourcesHandler
from services.alert.store.reads import list_sources
from services.runtime.database import Database
from tests.alert.databases import later, received
from tests.alert.reports import LATER


def state(name: str, status: SourceStatus, minutes: int = 0) -> SourceState:
    """Return the state of a source, some minutes on."""
    source = Source(id=name, name=name.title(), kind=SourceKind.NEWS)
    return SourceState(source=source, type="feed", status=status, since=LATER + timedelta(minutes=minutes))


async def test_the_last_state_of_each_source_stands(db: Database) -> None:
    """Within a batch and over batches the newest record wins; reading one again changes nothing."""
    handle = SourcesHandler(db, later)
    first = [state("b", SourceStatus.NEW), state("a", SourceStatus.OK), state("b", SourceStatus.OK, 1)]
    await handle(received(first))
    await handle(received([state("a", SourceStatus.FAILING, 2)]))
    await handle(received([state("a", SourceStatus.FAILING, 2)]))
    async with db.read() as connection:
        kept = await list_sources(connection)
    assert [(s.source.id, s.status) for s in kept] == [("a", SourceStatus.FAILING), ("b", SourceStatus.OK)]


async def test_an_empty_batch_is_no_error(db: Database) -> None:
    """Every record of a batch may have been put aside before."""
    await SourcesHandler(db, later)([])
    async with db.read() as connection:
        assert await list_sources(connection) == []
