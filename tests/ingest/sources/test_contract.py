"""One behaviour suite over every kind of source."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from schemas.source_state import SourceStatus
from services.ingest.pushed import read_pushed
from services.ingest.sources import READERS
from services.ingest.sources.reader import Fetched, Reach
from services.ingest.spec import SourceType, read_spec
from services.ingest.state import State
from services.runtime.egress import guarded_client
from services.runtime.failure import Permanent, Transient
from services.runtime.language import detect_language
from tests.ingest.feeds import Entry
from tests.ingest.site import Site, open_site
from tests.ingest.sources.stages import NOW, STAGES, Stage


@pytest_asyncio.fixture
async def reach(tmp_path: Path) -> AsyncIterator[Reach]:
    """Give the means to reach sources on loopback."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:
        yield Reach(client, allow_private=True, inbox=tmp_path, now=NOW)


@pytest_asyncio.fixture(params=STAGES)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    """Give each kind of source in turn, with three articles."""
    async with AsyncExitStack() as stack:
        made = STAGES[request.param](await stack.enter_async_context(open_site()), tmp_path)
        for number in (1, 2, 3):
            made.show(Entry(number))
        yield made


async def fetch(stage: Stage, reach: Reach, validators: Mapping[str, Any] | None = None) -> Fetched:
    """Read the source of a stage."""
    return await READERS[stage.spec.type].fetch(stage.spec, validators or {}, replace(reach, recall=stage.recall))


async def test_every_article_comes_oldest_first_as_a_document(stage: Stage, reach: Reach) -> None:
    """A first reading gives each article with title, plain text, address and date, oldest first."""
    fetched = await fetch(stage, reach)
    drafts = [read_pushed(one, stage.spec.source, NOW, detect_language).draft for one in fetched.items]
    found = [(one.title, one.text, one.url, f"{one.published_at:%Y-%m-%dT%H:%M:%SZ}") for one in drafts]
    assert found == [stage.expected(entry) for entry in stage.entries]
    assert (fetched.problems, fetched.unchanged) == ((), False)


async def test_the_second_reading_is_cheap(stage: Stage, reach: Reach) -> None:
    """With its validators, a source that did not change says so and lists nothing; they survive JSON."""
    first = await fetch(stage, reach)
    second = await fetch(stage, reach, json.loads(json.dumps(first.validators)))
    assert (second.unchanged, second.items) == (True, ())
    assert second.validators == first.validators


async def test_something_new_is_seen(stage: Stage, reach: Reach) -> None:
    """An article that came since the last reading is among the items of the next."""
    first = await fetch(stage, reach)
    stage.show(Entry(4))
    second = await fetch(stage, reach, first.validators)
    assert not second.unchanged
    assert stage.expected(Entry(4))[0] in {one["title"] for one in second.items}


async def test_what_is_gone_is_said_in_one_line(stage: Stage, reach: Reach) -> None:
    """A source that is not there fails with one line that says what to do."""
    stage.vanish()
    with pytest.raises((Permanent, Transient)) as caught:
        await fetch(stage, reach)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) > 20


async def test_a_source_with_an_article_twice_is_harmless(stage: Stage, reach: Reach) -> None:
    """The same article listed twice gives the same id twice, and nothing else."""
    stage.show(Entry(3))
    fetched = await fetch(stage, reach)
    ids = [read_pushed(one, stage.spec.source, NOW, detect_language).draft.article_id for one in fetched.items]
    assert len(set(ids)) == 3


def test_every_kind_has_a_reader_and_a_stage() -> None:
    """No kind of source is without a reader, and none but push is left out of this suite."""
    assert set(READERS) == set(SourceType)
    covered = {stage(Site("http://127.0.0.1"), Path()).spec.type for stage in STAGES.values()}
    assert covered == set(SourceType) - {SourceType.PUSH}


async def test_push_is_spoken_to_not_asked(reach: Reach) -> None:
    """Reading a push source gives nothing and fails at nothing."""
    spec = read_spec({"id": "push", "type": "push"})
    assert (await READERS[spec.type].fetch(spec, {}, reach)).items == ()
    assert State(since=NOW).status is SourceStatus.NEW
