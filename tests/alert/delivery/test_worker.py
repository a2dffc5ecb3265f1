"""The worker on both databases: everything once, on record, nobody slowed by a dead destination."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update

from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.delivery.identity import delivery_id
from services.alert.objects import Destination
from services.alert.tables import deliveries, destinations
from services.runtime.clock import utc_now
from tests.alert.delivery.ledger_fixture import DELIVERED, Ledger, Recording, run_worker, until


async def test_what_is_due_is_delivered_once_and_on_record(ledger: Ledger) -> None:
    """Each delivery goes out once, with its reasons; status, time and attempt are kept."""
    await ledger.add_destination("room")
    ids = await ledger.add("room", 20)
    channel = Recording()
    running = run_worker(ledger.db, channel)
    found = await ledger.settled()
    await running.stop()
    assert sorted(message.delivery_id for message in channel.sent) == sorted(ids)
    assert channel.sent[0].because[0].reasons == ("kind sanction",)
    assert {row["status"] for row in found.values()} == {"delivered"}
    assert all(row["delivered_at"] and row["lease"] is None and row["attempts"] == 1 for row in found.values())
    kept = await ledger.attempts()
    assert [(row["number"], row["outcome"], row["status_code"], row["answer"]) for row in kept] == [
        (1, "delivered", 204, b"ok")
    ] * 20


async def test_the_wake_is_heard_at_once(ledger: Ledger) -> None:
    """A delivery made while the worker sleeps goes out without waiting for the next look."""
    await ledger.add_destination("room")
    channel = Recording()
    running = run_worker(ledger.db, channel, poll_seconds=3600.0)
    await asyncio.sleep(0.1)
    await ledger.add("room", 1)
    running.wake.set()
    await ledger.settled(seconds=5)
    await running.stop()
    assert len(channel.sent) == 1


async def test_two_workers_share_the_work_and_repeat_nothing(ledger: Ledger) -> None:
    """Each delivery is sent by one of them alone."""
    await ledger.add_destination("room")
    ids = await ledger.add("room", 150)
    first, second = Recording(delay_seconds=0.001), Recording(delay_seconds=0.001)
    running = [run_worker(ledger.db, first, batch=8), run_worker(ledger.db, second, batch=8)]
    found = await ledger.settled()
    for each in running:
        await each.stop()
    sent = [message.delivery_id for message in (*first.sent, *second.sent)]
    assert sorted(sent) == sorted(ids)
    assert {row["status"] for row in found.values()} == {"delivered"}
    assert first.sent
    assert second.sent


async def test_a_failure_climbs_the_ladder(ledger: Ledger) -> None:
    """A retry is due five seconds later or a little more, a Retry-After is kept, and the reason stands there."""
    await ledger.add_destination("plain")
    await ledger.add_destination("slow")
    await ledger.add("plain", 1)
    await ledger.add("slow", 1)
    refusal = Outcome(OutcomeKind.RETRY, status_code=503, error="503 from it")
    asked = replace(refusal, retry_after_seconds=60.0)
    channel = Recording(answer=lambda message: asked if "slow" in message.alert.id else refusal)
    running = run_worker(ledger.db, channel)
    before = utc_now()
    found = await ledger.settled()
    await running.stop()
    rows = {row["destination_id"]: row for row in found.values()}
    assert {row["status"] for row in rows.values()} == {"pending"}
    assert rows["plain"]["last_error"] == "503 from it"
    assert 5 <= (rows["plain"]["due_at"] - before).total_seconds() <= 15
    assert (rows["slow"]["due_at"] - before).total_seconds() >= 60


async def test_a_pause_that_one_delivery_meets_holds_for_the_others(ledger: Ledger) -> None:
    """After a 429 with Retry-After the rest waits without using up attempts; another destination goes on."""
    await ledger.add_destination("limited")
    await ledger.add_destination("open")
    await ledger.add("limited", 5)
    await ledger.add("open", 5)
    pause = Outcome(OutcomeKind.RETRY, status_code=429, error="429", retry_after_seconds=60.0)
    channel = Recording(answer=lambda m: pause if "limited" in m.alert.id else DELIVERED, in_flight=1)
    running = run_worker(ledger.db, channel)
    await until(lambda: channel.to.count("open") == 5)
    await running.stop()
    assert channel.to.count("limited") == 1
    found = await ledger.deliveries()
    assert sorted(row["attempts"] for row in found.values() if row["destination_id"] == "limited") == [0, 0, 0, 0, 1]


async def test_the_last_rung_gives_up_with_a_reason(ledger: Ledger) -> None:
    """After the tenth attempt the delivery has failed, and says how often it was tried."""
    await ledger.add_destination("room")
    await ledger.add("room", 1, attempts=9)
    running = run_worker(ledger.db, Recording(answer=lambda _m: Outcome(OutcomeKind.RETRY, error="503")))
    [row] = (await ledger.settled()).values()
    await running.stop()
    assert row["status"] == "failed"
    assert row["last_error"] == "given up after 10 attempts; the last one: 503"


async def test_an_unknown_outcome_is_sent_again_under_the_same_id_and_says_so(ledger: Ledger) -> None:
    """The second sending bears the same id, the next number, and knows that it may be a repeat."""
    await ledger.add_destination("room")
    [name] = await ledger.add("room", 1)
    answers = iter([Outcome(OutcomeKind.UNKNOWN, error="no answer"), DELIVERED])
    channel = Recording(answer=lambda _message: next(answers))
    running = run_worker(ledger.db, channel)
    await ledger.settled()
    await running.worker.redeliver(name)
    found = await ledger.settled()
    await running.stop()
    assert [(m.delivery_id, m.attempt, m.may_repeat) for m in channel.sent] == [(name, 1, False), (name, 2, True)]
    assert found[name]["status"] == "delivered"
    assert [row["outcome"] for row in await ledger.attempts()] == ["unknown", "delivered"]


async def test_a_destination_that_wants_no_more_is_switched_off(ledger: Ledger) -> None:
    """After a 410 the destination is disabled with the reason, and what waits for it is suppressed, not lost."""
    await ledger.add_destination("gone")
    await ledger.add("gone", 5)
    gone = Outcome(OutcomeKind.PERMANENT, status_code=410, error="it answered 410 Gone", disable=True)
    channel = Recording(answer=lambda _message: gone, in_flight=1)
    running = run_worker(ledger.db, channel)
    found = await ledger.settled()
    await running.stop()
    statuses = [row["status"] for row in found.values()]
    assert len(channel.sent) == 1
    assert (statuses.count("failed"), statuses.count("suppressed")) == (1, 4)
    assert all("410 Gone" in row["last_error"] for row in found.values())
    assert (await ledger.destination("gone"))["disabled_reason"] == "it answered 410 Gone"


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"enabled": False}, "suppressed", "switched off"),
        ({"delete": True}, "suppressed", "deleted"),
        ({"disabled": "it failed for days"}, "suppressed", "it failed for days"),
        ({"type": "slack", "url": "https://hooks.example/x"}, "failed", "no channel"),
        ({"document": {"id": "room", "type": "post"}}, "failed", "cannot be read"),
    ],
    ids=str,
)
async def test_what_cannot_be_sent_is_put_aside_with_its_reason(
    ledger: Ledger, change: dict[str, object], status: str, reason: str
) -> None:
    """Switched off, deleted, disabled, unknown or unreadable: said on the delivery, nothing is sent."""
    fields = {name: value for name, value in change.items() if name in {"enabled", "type", "url"}}
    if "delete" not in change:
        await ledger.add_destination("room", **fields)
    kept = {"disabled_reason": change.get("disabled")} | (
        {"document": change["document"]} if "document" in change else {}
    )
    async with ledger.db.write() as connection:
        await connection.execute(update(destinations).values(kept))
    await ledger.add("room", 1)
    channel = Recording()
    running = run_worker(ledger.db, channel)
    [row] = (await ledger.settled()).values()
    await running.stop()
    assert channel.sent == []
    assert row["status"] == status
    assert reason in row["last_error"]


async def test_a_dead_destination_slows_no_other(ledger: Ledger) -> None:
    """With one destination that never answers and has the oldest deliveries, the others get all of theirs."""
    for name in ("dead", "alive", "well"):
        await ledger.add_destination(name)
    await ledger.add("dead", 100, utc_now() - timedelta(hours=1))
    await ledger.add("alive", 40)
    await ledger.add("well", 40)
    channel = Recording(hang={"dead"}, in_flight=4)
    running = run_worker(ledger.db, channel, in_flight=16, batch=8, stop_seconds=0.1)
    await until(lambda: channel.to.count("alive") + channel.to.count("well") == 80)
    assert channel.most["dead"] == 4
    await running.stop()
    assert {row["status"] for row in (await ledger.deliveries()).values() if row["destination_id"] == "dead"} == {
        "pending"
    }


async def test_two_alerts_about_one_measure_arrive_in_order(ledger: Ledger) -> None:
    """To one destination the versions of a measure go one after another."""
    await ledger.add_destination("room")
    await ledger.add("room", 12, same_measure=True)
    channel = Recording(delay_seconds=0.002)
    running = run_worker(ledger.db, channel)
    await ledger.settled()
    await running.stop()
    assert [message.alert.version for message in channel.sent] == list(range(1, 13))
    assert channel.most["room"] == 1


async def test_stopping_lets_end_what_is_under_way_and_gives_the_rest_back(ledger: Ledger) -> None:
    """What ends in time is recorded; what does not is due again at once, its attempt unknown; no lease stays."""
    await ledger.add_destination("quick")
    await ledger.add_destination("hanging")
    [quick] = await ledger.add("quick", 1)
    [hanging] = await ledger.add("hanging", 1)
    channel = Recording(hang={"hanging"}, delay_seconds=0.2)
    running = run_worker(ledger.db, channel, stop_seconds=0.5)
    await until(lambda: len(channel.sent) == 2)
    await running.stop()
    found = await ledger.deliveries()
    assert found[quick]["status"] == "delivered"
    assert (found[hanging]["status"], found[hanging]["lease"]) == ("pending", None)
    assert found[hanging]["due_at"] <= utc_now()
    assert found[hanging]["last_outcome"] == "unknown"


async def test_a_lease_without_a_result_comes_back_under_the_same_id(ledger: Ledger) -> None:
    """A worker that died before recording leaves a lease; the next one sends again: same id, next number."""
    await ledger.add_destination("room")
    [name] = await ledger.add("room", 1)
    past = utc_now() - timedelta(seconds=1)
    async with ledger.db.write() as connection:
        dead = {"status": "sending", "lease": "w_dead", "leased_until": past, "due_at": past, "attempts": 1}
        await connection.execute(update(deliveries).values(dead))
    channel = Recording()
    running = run_worker(ledger.db, channel)
    found = await ledger.settled()
    await running.stop()
    assert [(m.delivery_id, m.attempt, m.may_repeat) for m in channel.sent] == [(name, 2, True)]
    assert found[name]["status"] == "delivered"
    kept = await ledger.attempts()
    assert [(row["number"], row["outcome"]) for row in kept] == [(1, "unknown"), (2, "delivered")]
    assert "no result on record" in kept[0]["error"]


async def test_a_worker_whose_lease_has_passed_no_longer_decides(ledger: Ledger) -> None:
    """A slow worker's late failure does not undo the success of the one that took over."""
    await ledger.add_destination("room")
    [name] = await ledger.add("room", 1)
    slow = Recording(delay_seconds=1.0, answer=lambda _m: Outcome(OutcomeKind.PERMANENT, error="late"))
    first = run_worker(ledger.db, slow, lease_seconds=0.3)
    await until(lambda: bool(slow.sent))
    quick = Recording()
    second = run_worker(ledger.db, quick)
    await until(lambda: bool(quick.sent))
    await second.stop()
    await first.stop()
    assert (await ledger.deliveries())[name]["status"] == "delivered"
    assert [row["outcome"] for row in await ledger.attempts()] == ["unknown", "delivered"]


async def test_a_mistake_of_ours_in_one_message_stops_no_other(ledger: Ledger) -> None:
    """A channel that raises costs that delivery an attempt; the rest go on."""
    await ledger.add_destination("room")
    ids = await ledger.add("room", 10)

    def answer(message: Message) -> Outcome:
        if message.delivery_id == ids[3]:
            raise ZeroDivisionError("a bug")
        return DELIVERED

    running = run_worker(ledger.db, Recording(answer=answer))
    found = await ledger.settled()
    await running.stop()
    assert [name for name, row in found.items() if row["status"] != "delivered"] == [ids[3]]
    assert found[ids[3]]["last_error"] == "ZeroDivisionError: a bug"


async def test_redelivering_sends_what_had_ended_and_only_that(ledger: Ledger) -> None:
    """Delivered or failed, it goes out again under the same id; an unknown id or one under way is refused."""
    await ledger.add_destination("room")
    [name] = await ledger.add("room", 1)
    channel = Recording()
    running = run_worker(ledger.db, channel)
    await ledger.settled()
    assert await running.worker.redeliver(name)
    await ledger.settled()
    assert not await running.worker.redeliver("dlv_nobody")
    channel.hang = {"room"}
    assert await running.worker.redeliver(name)
    await until(lambda: len(channel.sent) == 3)
    assert not await running.worker.redeliver(name)
    await running.crash()
    assert {message.delivery_id for message in channel.sent} == {name}
    assert [message.may_repeat for message in channel.sent] == [False, True, True]


async def test_the_test_button_uses_the_same_channel(ledger: Ledger) -> None:
    """A test goes through the channel of the destination's type, marked as a test, and its outcome comes back."""
    channel = Recording(answer=lambda _message: Outcome(OutcomeKind.RETRY, status_code=500, error="500"))
    running = run_worker(ledger.db, channel)
    outcome = await running.worker.send_test(Destination(id="room", type="log"))
    await running.stop()
    assert outcome.status_code == 500
    assert channel.sent[0].test
    assert channel.sent[0].delivery_id == delivery_id(channel.sent[0].alert.id, "room")
    assert await ledger.attempts() == []


async def test_attempts_and_times_are_counted(ledger: Ledger) -> None:
    """Each attempt counts by channel and outcome, with its time; the backlog is measured."""
    await ledger.add_destination("room")
    await ledger.add("room", 3)
    labels = {"channel": "log", "outcome": "delivered"}
    before = REGISTRY.get_sample_value("chokepoint_delivery_attempts_total", labels) or 0.0
    running = run_worker(ledger.db, Recording())
    await ledger.settled()
    await running.stop()
    assert REGISTRY.get_sample_value("chokepoint_delivery_attempts_total", labels) == before + 3
    assert REGISTRY.get_sample_value("chokepoint_delivery_alert_to_delivered_seconds_count", {"channel": "log"})
    assert REGISTRY.get_sample_value("chokepoint_delivery_due") is not None


async def test_a_database_that_goes_away_loses_no_result(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database cannot be written, results wait and nothing is sent twice."""
    await ledger.add_destination("room")
    await ledger.add("room", 5)
    channel = Recording(delay_seconds=0.1)
    running = run_worker(ledger.db, channel)
    await until(lambda: len(channel.sent) == 5)

    def away() -> None:
        raise ConnectionError("away")

    with monkeypatch.context() as patched:
        patched.setattr(ledger.db, "write", away)
        await asyncio.sleep(0.5)
    found = await ledger.settled()
    await running.stop()
    assert {row["status"] for row in found.values()} == {"delivered"}
    assert len(channel.sent) == 5
