"""What the API reads, and what people wrote, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import inspect, text

from schemas.alert import Severity
from services.alert.handlers import DetectionsHandler
from services.alert.objects import Destination, Match, Subscription, public_document
from services.alert.store import objects
from services.alert.store.measures import MeasureStore
from services.alert.store.paging import BadCursor, decode_cursor, encode_cursor
from services.alert.store.reads import (
    AlertFilter,
    DeliveryFilter,
    MeasureFilter,
    alerts_of,
    alerts_per_day,
    deliveries_of,
    list_alerts,
    list_deliveries,
    list_measures,
    one_alert,
    one_delivery,
    one_measure,
    reports_of,
)
from services.alert.tables import destinations, metadata, subscriptions
from services.runtime.database import Database
from tests.alert.databases import received
from tests.alert.reports import DAY0, LATER, control, pact, sanction


async def fill(db: Database) -> None:
    """Keep four measures, made a minute apart, and a destination that is told of all."""
    async with db.write() as connection:
        await objects.put_destination(connection, Destination(id="desk", type="log"), LATER)
        await objects.put_subscription(connection, Subscription(id="team", destinations=("desk",)), LATER)
    detections = [
        control(issuers="CN", goods="gallium", targets="US"),
        sanction(issuers="US", targets="RU", entities=["Rosneft"], goods="crude-oil"),
        sanction("eased", issuers="EU", targets="SY", confidence=0.6),
        pact(issuers="JP US", goods="rare-earths"),
    ]
    for minutes, detection in enumerate(detections):
        at = LATER + timedelta(minutes=minutes)
        await DetectionsHandler(db, lambda at=at: at)(received([detection]))  # type: ignore[misc]  # bound in the loop


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["JP US", "EU", "US", "CN"]),
    ({"kinds": ["sanction"]}, ["EU", "US"]),
    ({"stages": ["eased"]}, ["EU"]),
    ({"issuers": ["US"]}, ["JP US", "US"]),
    ({"targets": ["RU", "SY"]}, ["EU", "US"]),
    ({"commodities": ["gallium"]}, ["CN"]),
    ({"commodities": ["critical-minerals"]}, ["JP US", "CN"]),
    ({"commodities": ["energy"]}, ["US"]),
    ({"commodities": ["a-good-of-tomorrow"]}, []),
    ({"min_confidence": 0.7}, ["JP US", "US", "CN"]),
    ({"q": "rosneft"}, ["US"]),
    ({"q": "SUPPLY pact"}, ["JP US"]),
    ({"q": "100%"}, []),
    ({"since": LATER + timedelta(minutes=2)}, ["JP US", "EU"]),
    ({"kinds": ["sanction"], "issuers": ["US"]}, ["US"]),
]


async def test_measures_are_found_by_every_filter(db: Database) -> None:
    """Each filter, and filters together, the last changed first."""
    await fill(db)
    async with db.read() as connection:
        for lines, issuers in FILTERS:
            page = await list_measures(connection, MeasureFilter(**lines))
            assert [" ".join(stored.measure.issuers) for stored in page.items] == issuers, lines
            assert page.next is None


async def test_pages_follow_each_other_without_gap_or_repeat(db: Database) -> None:
    """The cursor goes on exactly where the page before ended, even when something new came meanwhile."""
    await fill(db)
    async with db.read() as connection:
        first = await list_measures(connection, MeasureFilter(), limit=2)
    await DetectionsHandler(db, lambda: LATER + timedelta(hours=1))(received([pact(issuers="IN QA", goods="lng")]))
    async with db.read() as connection:
        second = await list_measures(connection, MeasureFilter(), cursor=first.next, limit=2)
        alert_page = await list_alerts(connection, AlertFilter(), limit=3)
        last = await list_alerts(connection, AlertFilter(), cursor=alert_page.next, limit=3)
    assert [s.measure.issuers[0] for s in (*first.items, *second.items)] == ["JP", "EU", "US", "CN"]
    assert second.next is None
    assert len({alert.id for alert in (*alert_page.items, *last.items)}) == 5


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "YWJj", "MjAyNS0xMC0yOHxh"])
def test_a_cursor_that_is_none_of_ours_is_refused_in_one_line(cursor: str) -> None:
    """No cursor brings a traceback."""
    with pytest.raises(BadCursor, match="`next` of an earlier page"):
        decode_cursor(cursor)


def test_a_cursor_comes_back_as_it_was() -> None:
    """Time and id survive the way through an address."""
    assert decode_cursor(encode_cursor(DAY0, "mea_1|x")) == (DAY0, "mea_1|x")


async def test_one_measure_comes_with_everything_about_it(db: Database) -> None:
    """Its reports with reasons, its alerts and its deliveries."""
    await fill(db)
    echo = pact(issuers="JP US", goods="critical-minerals", day=1)
    await DetectionsHandler(db, lambda: LATER + timedelta(hours=1))(received([echo]))
    async with db.read() as connection:
        (stored,) = (await list_measures(connection, MeasureFilter(kinds=["supply_pact"]))).items
        assert await one_measure(connection, stored.measure.id) == stored
        assert await one_measure(connection, "mea_none") is None
        history = await reports_of(connection, stored.measure.id)
        told = await alerts_of(connection, stored.measure.id)
        sent = await deliveries_of(connection, stored.measure.id)
        assert await one_alert(connection, told[0].id) == told[0]
        assert await one_alert(connection, "alr_none") is None
        delivery = await one_delivery(connection, sent[0]["id"])
        assert await one_delivery(connection, "dlv_none") is None
    assert [row["decision"] for row in history] == ["opened", "merged"]
    assert "same parties: JP, US (+4)" in history[1]["reasons"]
    assert [alert.type.value for alert in told] == ["opened", "corroborated"]
    assert [row["destination_id"] for row in sent] == ["desk"]
    assert delivery is not None
    assert delivery["attempts_log"] == []


async def test_alerts_and_deliveries_are_filtered(db: Database) -> None:
    """By type, severity, time, destination and status."""
    await fill(db)
    async with db.read() as connection:
        loud = await list_alerts(connection, AlertFilter(min_severity=Severity.HIGH))
        assert [alert.measure.issuers[0] for alert in loud.items] == ["US", "CN"]
        assert (await list_alerts(connection, AlertFilter(types=["updated"]))).items == []
        late = await list_alerts(connection, AlertFilter(since=LATER + timedelta(minutes=3)))
        assert len(late.items) == 1
        pending = await list_deliveries(connection, DeliveryFilter("desk", "pending"))
        assert len(pending.items) == 4
        assert (await list_deliveries(connection, DeliveryFilter("other"))).items == []
        assert await alerts_per_day(connection, LATER - timedelta(days=1)) == [("2026-06-01", "opened", 4)]


async def test_objects_are_kept_whole_and_shown_without_secrets(db: Database) -> None:
    """A secret survives in the database and is masked wherever the object is shown."""
    hook = Destination(id="erp", type="webhook", url="https://erp.example/", secret=SecretStr("whsec_" + "A" * 32))
    wanted = Subscription(id="magnets", destinations=("erp",), match=Match(issuers=("CN",), hs=("8505",)))
    async with db.write() as connection:
        await objects.put_destination(connection, hook, LATER)
        await objects.put_subscription(connection, wanted, LATER)
    async with db.read() as connection:
        assert await objects.destination(connection, "erp") == hook
        assert await objects.subscription(connection, "magnets") == wanted
        assert await objects.destination(connection, "none") is None
        assert await objects.all_destinations(connection) == [hook]
        assert await objects.all_subscriptions(connection) == [wanted]
    assert "A" * 32 not in str(public_document(hook))


async def test_writing_a_destination_again_ends_its_being_disabled(db: Database) -> None:
    """Whoever writes it again has mended it."""
    desk = Destination(id="desk", type="log")
    async with db.write() as connection:
        await objects.put_destination(connection, desk, LATER)
        await objects.disable_destination(connection, "desk", "it answered 410 Gone", LATER)
        assert await objects.disabled(connection) == {"desk": "it answered 410 Gone"}
        await objects.put_destination(connection, desk, LATER)
        assert await objects.disabled(connection) == {}


async def test_removing_says_whether_there_was_anything(db: Database) -> None:
    """True the first time, False after."""
    async with db.write() as connection:
        await objects.put_destination(connection, Destination(id="desk", type="log"), LATER)
        await objects.put_subscription(connection, Subscription(id="team", destinations=("desk",)), LATER)
        for table, name in ((destinations, "desk"), (subscriptions, "team")):
            assert await objects.remove(connection, table, name)
            assert not await objects.remove(connection, table, name)


async def test_the_migrations_make_exactly_the_tables(db: Database) -> None:
    """Columns and indexes of tables.py and of the migrations are the same."""

    def compare(connection: Any) -> None:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}
            indexes = {index["name"]: index["column_names"] for index in found.get_indexes(table.name)}
            assert indexes == {index.name: [c.name for c in index.columns] for index in table.indexes}
            assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]

    async with db.read() as connection:
        await connection.run_sync(compare)


async def test_candidates_are_found_by_index(tmp_path: Any) -> None:
    """The look-up never reads the whole table, however many measures there are."""
    from tests.alert.databases import opened  # noqa: PLC0415 - this test alone needs SQLite's own plan

    async with opened(f"sqlite+aiosqlite:///{tmp_path / 'plan.db'}") as db, db.read() as connection:
        plan = await connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT measure_id FROM measure_keys"
                " WHERE kind = 'sanction' AND key IN ('issuer:US', 'issuer:-')"
                " AND at BETWEEN '2025-01-01' AND '2026-01-01' ORDER BY at DESC LIMIT 200"
            )
        )
        steps = " ".join(row.detail for row in plan)
        assert "SEARCH measure_keys" in steps
        assert "SCAN measure_keys" not in steps
        assert await MeasureStore().candidates(connection, pact(issuers="US JP"), LATER) == []
