"""When sources are due: planned without a stampede, asked for once, visible when missed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from prometheus_client import REGISTRY

from schemas.article import SourceKind
from services.ingest.catalogue import bundled
from services.ingest.politeness import Hosts, host_of
from services.ingest.rounds import PollQueue, Rounds, Turn, first_at, start_spread
from services.ingest.spec import SourceSpec
from services.runtime.clock import utc_now
from tests.ingest.conftest import HandClock

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def spec(source_id: str = "s", every: str = "10m", *, enabled: bool = True) -> SourceSpec:
    """Make a feed."""
    return SourceSpec(id=source_id, url=f"https://{source_id}.example/feed", every=every, enabled=enabled)


@pytest_asyncio.fixture
async def rounds() -> AsyncIterator[Rounds]:
    """Give a scheduler that runs."""
    made = Rounds(PollQueue(), utc_now)
    made.start()
    yield made
    made.stop()


def test_a_start_is_no_stampede() -> None:
    """The whole catalogue, never polled before, is spread over two minutes: at most a few in any second."""
    times = [first_at(one, Turn(one.interval), NOW) for one in bundled().values()]
    assert all(timedelta(0) <= at - NOW <= timedelta(minutes=2) for at in times)
    per_second = [sum(second <= (at - NOW).total_seconds() < second + 1 for at in times) for second in range(120)]
    assert max(per_second) <= 12


def test_a_restart_goes_on_where_it_left_off() -> None:
    """A source that was polled just before the restart is not polled again at once; an overdue one is, in its place."""
    recent, overdue = NOW - timedelta(minutes=1), NOW - timedelta(days=1)
    hour, ten = timedelta(hours=1), timedelta(minutes=10)
    assert first_at(spec(every="1h"), Turn(hour, recent), NOW) == recent + hour
    assert NOW <= first_at(spec(every="1h"), Turn(hour, overdue), NOW) <= NOW + timedelta(minutes=2)
    assert first_at(spec(), Turn(ten, NOW + timedelta(days=9)), NOW) == NOW + ten
    assert first_at(spec(), Turn(hour, recent), NOW) == recent + hour


async def test_the_plan_follows_the_book(rounds: Rounds) -> None:
    """Each enabled source has a job; one that did not change keeps its time, one that went loses its job."""
    rounds.plan({"a": spec("a"), "b": spec("b"), "c": spec("c", enabled=False)}, {})
    first = rounds.next_at("a")
    assert first is not None
    assert rounds.next_at("b") is not None
    assert rounds.next_at("c") is None
    rounds.plan({"a": spec("a"), "b": spec("b", every="1h")}, {"a": Turn(timedelta(minutes=10), utc_now())})
    assert rounds.next_at("a") == first
    rounds.plan({}, {})
    assert [rounds.next_at(one) for one in ("a", "b")] == [None, None]


async def test_a_job_only_asks() -> None:
    """A source whose time has come stands in the queue, in the loop of the service and not in a thread."""
    queue = PollQueue()
    rounds = Rounds(queue, utc_now)
    rounds.start()
    try:
        rounds.plan({"s": spec(every="5s")}, {})
        async with asyncio.timeout(20):
            assert await queue.take() == "s"
    finally:
        rounds.stop()


async def test_a_source_stands_in_the_queue_once() -> None:
    """While a poll waits or runs, another one is not added; after it, it is."""
    queue = PollQueue()
    assert [queue.offer("s"), queue.offer("s"), queue.offer("t")] == [True, False, True]
    assert await queue.take() == "s"
    assert queue.offer("s") is False
    queue.done("s")
    assert queue.offer("s") is True


@pytest.mark.parametrize(
    ("code", "reason"), [(EVENT_JOB_MISSED, "missed"), (EVENT_JOB_MAX_INSTANCES, "busy"), (EVENT_JOB_ERROR, "failed")]
)
async def test_a_missed_round_is_counted(rounds: Rounds, code: int, reason: str) -> None:
    """A round that did not happen shows in the metrics with its reason."""
    from apscheduler.events import JobEvent  # noqa: PLC0415 - this test alone makes one

    name = "chokepoint_ingest_rounds_missed_total"
    before = REGISTRY.get_sample_value(name, {"reason": reason}) or 0
    rounds._scheduler._dispatch_event(JobEvent(code, "s", "default"))
    assert REGISTRY.get_sample_value(name, {"reason": reason}) == before + 1


async def test_a_late_round_still_runs(rounds: Rounds) -> None:
    """No round is dropped for being late, and several late ones are one."""
    rounds.plan({"s": spec()}, {})
    job = rounds._scheduler.get_job("s")
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


def test_a_host_is_asked_by_one_at_a_time_with_a_gap() -> None:
    """While a host is asked nobody else asks it, and after that there is a pause; other hosts do not wait."""
    at = [100.0]
    hosts = Hosts(lambda: at[0], gap_seconds=10)
    assert hosts.enter("a.example") == 0
    assert hosts.enter("a.example") > 0
    assert hosts.enter("b.example") == 0
    hosts.leave("a.example")
    assert hosts.enter("a.example") == 10
    at[0] += 10
    assert hosts.enter("a.example") == 0


def test_a_folder_has_no_host() -> None:
    """Sources that are no web addresses never wait for each other."""
    hosts = Hosts(lambda: 0.0)
    assert [hosts.enter(host_of(None)), hosts.enter(host_of(None))] == [0, 0]
    hosts.leave(None)
    assert host_of("https://Feeds.Example:8443/x") == "feeds.example"


def test_two_thousand_sources_begin_twenty_a_second_official_ones_first() -> None:
    """A start of thousands takes longer than two minutes; official sources come in its first quarter."""
    spread = start_spread(4000)
    assert spread == timedelta(seconds=200)
    ids = [f"s{number}" for number in range(4000)]
    offsets = [first_at(spec(one), Turn(timedelta(minutes=10)), NOW, spread) - NOW for one in ids]
    assert max(sum(second <= at.total_seconds() < second + 1 for at in offsets) for second in range(200)) <= 45
    official = [spec(one).model_copy(update={"source_kind": SourceKind.OFFICIAL}) for one in ids]
    assert all(first_at(one, Turn(one.interval), NOW, spread) - NOW <= spread / 4 for one in official)


async def test_official_sources_do_not_wait_behind_the_others() -> None:
    """What is offered first is taken first, in its own order."""
    queue = PollQueue()
    for name in ("a", "b"):
        queue.offer(name)
    for name in ("official-1", "official-2"):
        queue.offer(name, first=True)
    assert [await queue.take() for _ in range(4)] == ["official-1", "official-2", "a", "b"]


async def test_another_pace_moves_the_next_round(rounds: Rounds) -> None:
    """A source that is asked more often is asked that long after its last poll; a plan without news moves none."""
    last = utc_now() - timedelta(minutes=5)
    rounds.plan({"s": spec()}, {"s": Turn(timedelta(minutes=40), last)})
    slow = rounds.next_at("s")
    rounds.plan({"s": spec()}, {})
    assert rounds.next_at("s") == slow == last + timedelta(minutes=40)
    rounds.plan({"s": spec()}, {"s": Turn(timedelta(minutes=10), last)})
    assert rounds.next_at("s") == last + timedelta(minutes=10)


async def test_a_clock_that_is_set_back_loses_no_round(clock: HandClock) -> None:
    """After the clock was set back by a day, the next plan brings every round back, and counts it."""
    made = Rounds(PollQueue(), clock)
    clock.now = utc_now()
    made.start()
    try:
        made.plan({"s": spec()}, {})
        clock.move(days=-1)
        made.plan({"s": spec()}, {})
        at = made.next_at("s")
        assert at is not None
        assert at <= clock() + timedelta(minutes=10)
    finally:
        made.stop()
