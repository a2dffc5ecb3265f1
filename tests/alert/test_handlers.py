"""A batch of detections becomes measures, alerts and deliveries, once, on both databases."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from schemas.detection import Detection
from services.alert.handlers import DetectionsHandler
from services.alert.headline import headline
from services.alert.objects import Destination, Match, Subscription
from services.alert.replay import replay
from services.alert.store import outgoing
from services.alert.store.measures import load
from services.alert.store.objects import disable_destination, put_destination, put_subscription
from services.alert.tables import alerts, deliveries, measures, outbox, reports
from services.runtime.database import Database
from tests.alert.databases import later, opened, received
from tests.alert.reports import LATER, control, pact, sanction


async def rows(db: Database, table: Any) -> list[Any]:
    """Return every row of a table."""
    async with db.read() as connection:
        return list((await connection.execute(select(table))).all())


async def write_subscription(db: Database, destination: str = "desk", **match: Any) -> None:
    """Keep one log destination and one subscription that leads there."""
    async with db.write() as connection:
        await put_destination(connection, Destination(id=destination, type="log"), LATER)
        wanted = Subscription(id=f"{destination}-team", destinations=(destination,), match=Match(**match))
        await put_subscription(connection, wanted, LATER)


def three() -> list[Detection]:
    """Return three reports of one pact and one of another."""
    return [
        pact(issuers="US JP", goods="rare-earths", language="fa"),
        pact(issuers="US JP", goods="critical-minerals", day=0.5),
        pact(issuers="US JP", goods="rare-earths critical-minerals", day=1, language="ar"),
        pact(issuers="US AU", goods="rare-earths"),
    ]


async def test_one_act_opens_once_and_is_delivered_once(db: Database) -> None:
    """Three reports of one pact: one measure, one `opened`, corroborations after it, one delivery for it."""
    await write_subscription(db)
    handle = DetectionsHandler(db, later)
    await handle(received(three()))
    kept = await rows(db, measures)
    assert sorted(tuple(row.issuers) for row in kept) == [("AU", "US"), ("JP", "US")]
    told = sorted((row.measure_id, row.type) for row in await rows(db, alerts))
    assert sorted(kind for _, kind in told) == ["corroborated", "corroborated", "opened", "opened"]
    assert len(await rows(db, deliveries)) == 2
    assert len(await rows(db, outbox)) == 4
    assert [row.decision for row in await rows(db, reports)].count("merged") == 2


async def test_reading_a_batch_again_changes_nothing(db: Database) -> None:
    """A lost commit brings the same records again, whole or in part, in this batch or the next: nothing moves."""
    await write_subscription(db)
    handle = DetectionsHandler(db, later)
    batch = received(three())
    await handle([*batch[:2], *batch[:2]])
    await handle(batch)
    before = [await rows(db, table) for table in (measures, reports, alerts, deliveries, outbox)]
    await handle(batch[::-1])
    await handle(batch)
    assert before == [await rows(db, table) for table in (measures, reports, alerts, deliveries, outbox)]


async def test_the_service_does_what_the_replay_says(db: Database) -> None:
    """The database and the pure replay make the same measures and the same alerts of the same detections."""
    detections = [
        control(issuers="CN", goods="gallium", targets="US"),
        *three(),
        sanction(issuers="EU", targets="RU", instrument="12th package"),
        sanction(issuers="EU", targets="RU", instrument="13th package", day=2),
        control("eased", issuers="CN", goods="gallium", targets="US", day=90),
    ]
    handle = DetectionsHandler(db, later)
    for detection in detections:
        await handle(received([detection]))
    records = replay((d.article.id, [d]) for d in detections)
    stored = {(row.id, row.stage, tuple(row.issuers)) for row in await rows(db, measures)}
    assert stored == {(r["id"], r["stage"], tuple(r["issuers"])) for r in records}
    told = {(row.id, row.type, row.headline) for row in await rows(db, alerts)}
    assert told == {(a["id"], a["type"], a["headline"]) for r in records for a in r["alerts"]}


async def test_a_failure_in_mid_batch_leaves_nothing_behind(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of a batch changes in one transaction, or nothing does."""
    await write_subscription(db)

    async def fail(*_: Any) -> None:
        raise IntegrityError("statement", None, Exception("the database says no"))

    monkeypatch.setattr(outgoing, "add_deliveries", fail)  # the last step, after all else was written
    handle = DetectionsHandler(db, later)
    with pytest.raises(IntegrityError):
        await handle(received(three()))
    for table in (measures, reports, alerts, deliveries, outbox):
        assert await rows(db, table) == []
    monkeypatch.undo()
    await handle(received(three()))
    assert len(await rows(db, deliveries)) == 2
    await DetectionsHandler(db, later)(received([pact(issuers="US AU", goods="rare-earths", day=1)]))
    assert len(await rows(db, measures)) == 2


async def test_the_loops_are_woken_only_when_something_leaves(db: Database) -> None:
    """An alert wakes the relay and the worker; a report that tells nothing new does not."""
    relay, worker = asyncio.Event(), asyncio.Event()
    handle = DetectionsHandler(db, later, wake=(relay, worker))
    await handle(received([pact(issuers="US JP", source="herald")]))
    assert relay.is_set()
    assert worker.is_set()
    relay.clear()
    worker.clear()
    await handle(received([pact(issuers="US JP", source="herald", day=0.1)]))
    assert not relay.is_set()
    assert not worker.is_set()


async def test_a_report_below_the_line_waits_for_a_second_one(db: Database) -> None:
    """Two unsure sources together are believed: then `opened` is told, not before."""
    handle = DetectionsHandler(db, later)
    await handle(received([pact(issuers="US JP", confidence=0.4)]))
    assert await rows(db, alerts) == []
    await handle(received([pact(issuers="US JP", confidence=0.4)]))
    assert [row.type for row in await rows(db, alerts)] == ["opened"]


async def test_a_detection_that_says_too_little_is_kept_with_the_reason(db: Database) -> None:
    """What is put aside stays on record, and is not read twice."""
    detection = control(goods="gallium")
    await DetectionsHandler(db, later)(received([detection]))
    (row,) = await rows(db, reports)
    assert (row.decision, row.measure_id) == ("ignored", None)
    assert row.reasons == ["it names no issuer, target, company or act"]


async def test_a_disabled_destination_gets_a_suppressed_delivery(db: Database) -> None:
    """The ledger shows what would have been sent, and why it was not."""
    await write_subscription(db)
    async with db.write() as connection:
        await disable_destination(connection, "desk", "it answered 410 Gone", LATER)
        lost = Subscription(id="lost", destinations=("nowhere",))
        await put_subscription(connection, lost, LATER)
    await DetectionsHandler(db, later)(received([pact(issuers="US JP")]))
    found = {(row.destination_id, row.status, row.last_error) for row in await rows(db, deliveries)}
    assert found == {
        ("desk", "suppressed", "it answered 410 Gone"),
        ("nowhere", "suppressed", "no destination of this name exists"),
    }


async def test_two_subscriptions_to_one_destination_share_a_delivery(db: Database) -> None:
    """One message, with the reasons of both."""
    await write_subscription(db, issuers=("JP",))
    async with db.write() as connection:
        other = Subscription(id="other", destinations=("desk", "desk"), match=Match(kinds=("supply_pact",)))  # type: ignore[arg-type]  # as YAML has it
        await put_subscription(connection, other, LATER)
    await DetectionsHandler(db, later)(received([pact(issuers="US JP")], traceparent="00-a-b-01"))
    (row,) = await rows(db, deliveries)
    assert [because["subscription"] for because in row.because] == ["desk-team", "other"]
    assert row.because[0]["reasons"] == ["opened, confidence 0.80", "issuer JP"]
    assert (row.status, row.attempts, row.due_at, row.traceparent) == ("pending", 0, LATER, "00-a-b-01")


async def test_two_copies_at_once_open_one_measure(postgres_url: str) -> None:
    """Two copies of the service read reports of one act at the same moment: one measure, one `opened` alert."""
    async with opened(postgres_url) as one, opened(postgres_url) as other:
        batches = [received([pact(issuers="US JP", goods="rare-earths")]) for _ in range(12)]
        handlers = (DetectionsHandler(one, later), DetectionsHandler(other, later))
        await asyncio.gather(*(handlers[index % 2](batch) for index, batch in enumerate(batches)))
        async with one.read() as connection:
            assert await connection.scalar(select(func.count()).select_from(measures)) == 1
            kinds = list(await connection.scalars(select(alerts.c.type)))
            support = await connection.scalar(select(measures.c.support))
    assert kinds.count("opened") == 1
    assert len(support or ()) == 12


async def test_a_kept_measure_comes_back_as_it_was(db: Database) -> None:
    """Nothing of a measure is lost in the table."""
    await DetectionsHandler(db, later)(received(three()[:3]))
    (row,) = await rows(db, measures)
    async with db.read() as connection:
        measure = await load(connection, row.id)
    assert measure is not None
    assert measure.told
    assert measure.told_confidence == measure.confidence
    assert [s.reported_at for s in measure.support] == [d.article.published_at for d in three()[:3]]
    assert row.headline == headline(measure)
