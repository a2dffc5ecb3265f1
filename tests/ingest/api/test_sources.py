"""`/api/v1/sources`: set, show, remove, ask."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from schemas.source_state import SourceStatus
from services.ingest.source_history import SourceHistory
from services.ingest.spec import read_spec
from services.runtime.database import Database
from services.runtime.failure import Transient
from tests.ingest.conftest import HandClock, Published
from tests.ingest.desk import Desk, open_desk

BUNDLED = read_spec({"id": "wire", "url": "https://wire.example/feed", "name": "Wire", "language": "en"})
FEED = {"kind": "source", "type": "feed", "url": "https://news.example/rss.xml", "every": "600s"}


LIST = "http://ingest.test/api/v1/sources"


@pytest_asyncio.fixture
async def desk(db: Database, published: Published, clock: HandClock, tmp_path: Path) -> AsyncIterator[Desk]:
    """Give ingest without Kafka, with one bundled source."""
    async with open_desk(db, published, clock, tmp_path, {"wire": BUNDLED}) as opened:
        await opened.book.refresh()
        yield opened


async def test_a_source_is_set_once(desk: Desk) -> None:
    """A first PUT makes it (201), asks for it and tells its state; the same again changes nothing."""
    async with desk.client() as client:
        made = await client.put("/mine", json=FEED)
        told = len(desk.told)
        again = await client.put("/mine", json=FEED)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert {"kind": "source", "id": "mine", "every": "10m", "bundled": False}.items() <= made.json().items()
    assert (made.json()["state"]["status"], len(desk.told), desk.replanned) == ("new", told, 1)
    assert await desk.queue.take() == "mine"


async def test_what_is_read_may_be_sent_back(desk: Desk) -> None:
    """A document as the API shows it is a document that the API takes, without a change."""
    async with desk.client() as client:
        shown = (await client.get("/wire")).json()
        back = await client.put("/wire", json=shown)
    assert (back.status_code, back.json(), desk.replanned) == (200, shown, 0)


async def test_the_list_holds_the_catalogue_and_what_was_set(desk: Desk) -> None:
    """Every source is listed by id with its state, until it is removed; one of the catalogue too."""
    async with desk.client() as client:
        await client.put("/mine", json=FEED)
        before = (await client.get(LIST)).json()
        for name in ("wire", "mine", "mine", "never"):
            assert (await client.delete(f"/{name}")).status_code == 204
        after = (await client.get(LIST)).json()
    assert [(one["id"], one["bundled"]) for one in before["items"]] == [("mine", False), ("wire", True)]
    assert after == {"items": [], "next_cursor": None}
    assert {(one.source.id, one.status, one.reason) for one in desk.told[-2:]} == {
        ("wire", SourceStatus.DISABLED, "removed"),
        ("mine", SourceStatus.DISABLED, "removed"),
    }
    assert await desk.book.refresh() == {}


async def test_a_removed_source_may_come_back(desk: Desk) -> None:
    """A source of the catalogue that was removed is set again by a PUT."""
    async with desk.client() as client:
        await client.delete("/wire")
        assert (await client.put("/wire", json={"url": "https://wire.example/feed"})).status_code == 201
        assert (await client.get("/wire/state")).json()["status"] == "new"


async def test_another_copy_sees_the_change(desk: Desk, db: Database, published: Published, tmp_path: Path) -> None:
    """What one copy of the service was told, another one reads from the database."""
    async with desk.client() as client:
        await client.put("/mine", json=FEED)
        await client.put("/wire", json={"url": "https://wire.example/feed", "enabled": False})
    async with open_desk(db, published, desk.clock, tmp_path, {"wire": BUNDLED}) as other:
        specs = await other.book.refresh()
    assert {(one, spec.enabled) for one, spec in specs.items()} == {("mine", True), ("wire", False)}


async def test_its_state_is_what_is_told(desk: Desk) -> None:
    """The state of a source reads as its message on the topic."""
    async with desk.client() as client:
        state = (await client.get("/wire/state")).json()
    [told] = [one for one in desk.told if one.source.id == "wire"]
    assert state == told.model_dump(mode="json")


BAD = [
    ("/x", {"url": "nothing"}, 422, "url:"),
    ("/x", {"id": "y", "url": "https://a.example/"}, 422, "is not the id in the address"),
    ("/x", {"url": "https://a.example/", "evry": "1m"}, 422, "evry"),
    ("/X%20Y", {"url": "https://a.example/"}, 422, "id"),
    ("/x", [], 422, "one source"),
    ("/x", [{}, {}], 422, "one source"),
    ("/x", [{"url": "https://a.example/"}], 201, ""),
    ("/x", "text", 422, "a source is"),
]


@pytest.mark.parametrize(("path", "document", "status", "says"), BAD)
async def test_what_is_no_source_is_refused(desk: Desk, path: str, document: object, status: int, says: str) -> None:
    """A document that is no source is refused with one line, and nothing changes."""
    async with desk.client() as client:
        answer = await client.put(path, json=document)
    assert answer.status_code == status
    assert says in answer.json().get("detail", "")
    assert ("x" in desk.book.specs) is (status == 201)


async def test_broken_json_is_named_by_its_place(desk: Desk) -> None:
    """Invalid JSON is 400 with line and column."""
    async with desk.client() as client:
        answer = await client.put("/x", content=b'{"url":\n}')
    assert (answer.status_code, "line 2, column 1" in answer.json()["detail"]) == (400, True)


async def test_what_is_not_there_is_404(desk: Desk) -> None:
    """An unknown source is a problem document that says where the known ones are."""
    async with desk.client() as client:
        answers = [await client.get("/no"), await client.get("/no/state"), await client.post("/no/poll")]
    assert [one.status_code for one in answers] == [404] * 3
    assert "/api/v1/sources" in answers[0].json()["detail"]


async def test_a_source_may_be_asked_for_now(desk: Desk) -> None:
    """A poll by hand passes over the back-off; a disabled source says that it is."""
    state = await desk.book.state(BUNDLED)
    held = desk.clock().replace(year=2027)
    await desk.store.save({"wire": state.model_copy(update={"not_before": held})})
    async with desk.client() as client:
        assert (await client.post("/wire/poll")).status_code == 202
        assert await desk.queue.take() == "wire"
        assert (await desk.book.state(BUNDLED)).not_before is None
        await client.put("/wire", json={"url": "https://wire.example/feed", "enabled": False})
        assert (await client.post("/wire/poll")).status_code == 409


async def test_while_kafka_is_away_a_change_is_503_and_may_be_sent_again(desk: Desk) -> None:
    """A PUT whose state could not be told is no 500; sent again it is done."""
    desk.published.failure = Transient("Kafka is away")
    async with desk.client() as client:
        assert (await client.put("/mine", json=FEED)).status_code == 503
        desk.published.failure = None
        assert (await client.put("/mine", json=FEED)).status_code == 200


async def test_the_history_of_a_source_is_kept_for_ninety_days(desk: Desk, db: Database, clock: HandClock) -> None:
    """Each change of status or trouble is there with its time and reason, the newest first; polls alone leave none."""
    async with desk.client() as client:
        await client.put("/mine", json=FEED)
        spec = desk.book.specs["mine"]
        state = await desk.book.state(spec)
        for status, reason in (("ok", None), ("ok", None), ("failing", "the server answers 404")):
            clock.move(hours=1)
            after = state.model_copy(update={"status": SourceStatus(status), "reason": reason})
            await desk.book.record(spec, after, state)
            state = after
        found = (await client.get("/mine/history")).json()["items"]
        history = SourceHistory(db)
        await history.forget(clock() + timedelta(days=89))
        kept = (await client.get("/mine/history")).json()["items"]
        await history.forget(clock() + timedelta(days=91))
        gone = (await client.get("/mine/history")).json()["items"]
        unknown = await client.get("/nobody/history")
    assert [(one["status"], one["reason"]) for one in found] == [
        ("failing", "the server answers 404"),
        ("ok", None),
        ("new", None),
    ]
    assert found[0]["at"].startswith("2026-11-24T11:00")
    assert (kept, gone, unknown.status_code) == (found, [], 404)
