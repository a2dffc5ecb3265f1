"""Quiet hours at the ledger, on both databases: held with the reason, then sent once, or overtaken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from services.alert.objects import Subscription, kept_document
from services.alert.tables import alerts, deliveries, subscriptions
from tests.alert.delivery.ledger_fixture import Ledger, Recording, Running, run_worker, until

NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
QUIET = {"from": "22:00", "to": "07:00", "except_severity": "critical"}


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time that was set."""
        return self.now


@pytest.fixture
def clock() -> Hands:
    """Make a clock that stands in the night."""
    return Hands(NIGHT)


async def subscribe(ledger: Ledger, **lines: Any) -> None:
    """Keep the subscription that every delivery of the ledger names."""
    kept = Subscription.model_validate({"id": "everything", "destinations": ["room"], **lines})
    async with ledger.db.write() as connection:
        row = {"id": kept.id, "document": kept_document(kept), "updated_at": NIGHT}
        await connection.execute(subscriptions.insert(), [row])


async def change(ledger: Ledger, alert_id: str, **values: Any) -> None:
    """Change an alert's row."""
    async with ledger.db.write() as connection:
        await connection.execute(update(alerts).where(alerts.c.id == alert_id).values(values))


@asynccontextmanager
async def at_work(ledger: Ledger, channel: Recording, clock: Hands) -> AsyncIterator[Running]:
    """Let a worker look at the ledger."""
    running = run_worker(ledger.db, channel, clock, poll_seconds=0.02)
    yield running
    await running.stop()


async def held(ledger: Ledger, names: list[str]) -> dict[str, Any]:
    """Wait until all of these are held, and return the rows."""
    async with asyncio.timeout(20):
        while True:
            rows = await ledger.deliveries()
            if all(rows[name]["held_because"] for name in names):
                return rows
            await asyncio.sleep(0.02)


async def test_what_is_due_in_quiet_hours_waits_for_their_end(ledger: Ledger, clock: Hands) -> None:
    """Nothing leaves in the night; in the morning each goes once, and the ledger tells why it was late."""
    await ledger.add_destination("room")
    await subscribe(ledger, quiet_hours=QUIET)
    names = await ledger.add("room", 3, NIGHT)
    channel = Recording()
    async with at_work(ledger, channel, clock):
        rows = await held(ledger, names)
        assert channel.sent == []
        assert {row["due_at"] for row in rows.values()} == {MORNING}
        assert {row["held_because"] for row in rows.values()} == {"quiet hours of everything until 07:00 (UTC)"}
        clock.now = MORNING
        await until(lambda: len(channel.sent) == 3)
    rows = await ledger.deliveries()
    assert {(row["status"], row["attempts"]) for row in rows.values()} == {("delivered", 1)}
    assert all(row["held_because"] for row in rows.values())


async def test_a_retry_waits_too(ledger: Ledger, clock: Hands) -> None:
    """The ladder leads into the night: the next attempt is in the morning, and nothing overtakes what was tried."""
    await ledger.add_destination("room")
    await subscribe(ledger, quiet_hours=QUIET)
    [name] = await ledger.add("room", 1, NIGHT, attempts=2, last_outcome="unknown")
    channel = Recording()
    async with at_work(ledger, channel, clock):
        await held(ledger, [name])
        clock.now = MORNING
        await until(lambda: len(channel.sent) == 1)
    assert channel.sent[0].attempt == 3
    assert channel.sent[0].may_repeat


@pytest.mark.parametrize("way", ["severity", "by hand", "no subscription", "awake"])
async def test_what_is_not_held(ledger: Ledger, clock: Hands, way: str) -> None:
    """An excepted severity, what a person asked for, and what no sleeping subscription leads to leave at once."""
    await ledger.add_destination("room")
    if way != "no subscription":
        await subscribe(ledger, **({} if way == "awake" else {"quiet_hours": QUIET}))
    [name] = await ledger.add("room", 1, NIGHT, by_hand=way == "by hand")
    if way == "severity":
        await change(ledger, "alr_room_0", severity="critical")
    channel = Recording()
    async with at_work(ledger, channel, clock):
        await until(lambda: len(channel.sent) == 1)
    assert (await ledger.deliveries())[name]["held_because"] is None


async def test_redelivery_in_the_night_is_not_held(ledger: Ledger, clock: Hands) -> None:
    """Who asks for it wants it now."""
    await ledger.add_destination("room")
    await subscribe(ledger, quiet_hours=QUIET)
    [name] = await ledger.add("room", 1, NIGHT)
    channel = Recording()
    async with at_work(ledger, channel, clock) as running:
        await held(ledger, [name])
        assert await running.worker.redeliver(name)
        await until(lambda: len(channel.sent) == 1)


async def test_only_the_last_change_of_a_measure_is_told(ledger: Ledger, clock: Hands) -> None:
    """Three changes in one night: in the morning the last one, which tells the measure as it is."""
    await ledger.add_destination("room")
    await subscribe(ledger, quiet_hours=QUIET)
    names = await ledger.add("room", 3, NIGHT, same_measure=True)
    channel = Recording()
    async with at_work(ledger, channel, clock):
        await held(ledger, names)
        clock.now = MORNING
        await until(lambda: len(channel.sent) == 1)
    rows = await ledger.deliveries()
    assert [rows[name]["status"] for name in names] == ["suppressed", "suppressed", "delivered"]
    assert "a later alert, alr_room_2, told the same measure" in rows[names[0]]["last_error"]


async def test_what_was_retracted_in_the_night_is_no_news(ledger: Ledger, clock: Hands) -> None:
    """Opened and retracted while its reader slept: nothing is sent. One who had heard of it is told."""
    await ledger.add_destination("room")
    await ledger.add_destination("desk")
    await subscribe(ledger, quiet_hours=QUIET)
    unheard = await ledger.add("room", 2, NIGHT, same_measure=True)
    heard = await ledger.add("desk", 2, NIGHT, same_measure=True)
    for name in ("room", "desk"):
        await change(ledger, f"alr_{name}_1", type="retracted")
    async with ledger.db.write() as connection:
        told = update(deliveries).where(deliveries.c.id == heard[0])
        await connection.execute(told.values(status="delivered", attempts=1))
    channel = Recording()
    async with at_work(ledger, channel, clock):
        await held(ledger, [*unheard, heard[1]])
        clock.now = MORNING
        await until(lambda: len(channel.sent) == 1)
    rows = await ledger.deliveries()
    assert channel.to == ["desk"]
    assert [rows[name]["status"] for name in unheard] == ["suppressed", "suppressed"]
    assert rows[unheard[1]]["last_error"] == "retracted before it was told"
