"""How a source does, and when it counts as silent: pure, on a clock set by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import SourceKind
from schemas.source_state import SourceStatus, SourceTrouble
from services.ingest.habit import Week, allowed_pause, learn, learn_week, missed, silent_for
from services.ingest.spec import SourceSpec
from services.ingest.state import Seen, State, after_failure, after_success, backoff, switched

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
EVERY = timedelta(minutes=10)
CHANGED = SourceTrouble.CHANGED_SHAPE
SPEC = SourceSpec(id="s", url="https://a.example/feed", every="10m")


def succeed(state: State, now: datetime, new: int = 0, listed: int | None = 30, **more: Any) -> State:
    """Take one answer with this many new articles."""
    published: list[datetime | None] = more.pop("published", [None] * new)
    return after_success(
        state,
        SPEC,
        seen=Seen(published, listed, more.pop("problems", ()), more.pop("seconds", 0.2), more.pop("moved_to", None)),
        validators={"etag": "x"},
        now=now,
    )


def fail(state: State, now: datetime, *, for_good: bool = False, retry_after: float | None = None) -> State:
    """Take one failure."""
    return after_failure(
        state, SPEC, reason="away", for_good=for_good, retry_after_seconds=retry_after, now=now, random=lambda: 0.5
    )


def busy_until(now: datetime) -> State:
    """Make a source that had something new each hour for two days."""
    state = State(since=now - timedelta(days=3))
    for hours in range(48, -1, -1):
        state = succeed(state, now - timedelta(hours=hours), new=3)
    return state


def test_new_becomes_ok_with_its_first_answer() -> None:
    """A first answer with entries makes a source ok, from that moment on."""
    state = succeed(State(since=NOW - EVERY), NOW, new=30)
    assert (state.status, state.since, state.last_new_at, state.articles_total) == (SourceStatus.OK, NOW, NOW, 30)
    assert succeed(state, NOW + EVERY).since == NOW


def test_one_failure_is_no_failing_source() -> None:
    """A source that was ok counts as failing at the third failure in a row; the first answer makes it ok again."""
    state = succeed(State(since=NOW), NOW, new=1)
    statuses = []
    for turn in range(1, 4):
        state = fail(state, NOW + turn * EVERY)
        statuses.append(state.status)
    assert statuses == [SourceStatus.OK, SourceStatus.OK, SourceStatus.FAILING]
    assert (state.reason, state.failures_in_a_row, state.since) == ("away", 3, NOW + 3 * EVERY)
    again = succeed(state, NOW + 4 * EVERY)
    assert (again.status, again.reason, again.failures_in_a_row, again.not_before) == (SourceStatus.OK, None, 0, None)


@pytest.mark.parametrize("status", [SourceStatus.NEW, SourceStatus.OK])
def test_what_will_not_pass_by_itself_fails_at_once(status: SourceStatus) -> None:
    """A 404 makes any source failing; a new one is failing with its first failure of any kind."""
    state = State(since=NOW, status=status)
    assert fail(state, NOW, for_good=True).status is SourceStatus.FAILING
    assert (fail(state, NOW).status is SourceStatus.FAILING) is (status is SourceStatus.NEW)


def test_back_off_doubles_and_ends() -> None:
    """Each failure doubles the pause up to a day; a slow source keeps its own interval; a wish is granted."""
    waits = [backoff(n, EVERY, None, lambda: 0.5) for n in (1, 2, 3, 20)]
    assert waits == [EVERY, 2 * EVERY, 4 * EVERY, timedelta(days=1)]
    assert backoff(5, timedelta(days=1), None, lambda: 0.5) == timedelta(days=1)
    assert backoff(1, EVERY, 7200, lambda: 0.5) == timedelta(hours=2)


@given(st.integers(1, 10_000), st.floats(0, 0.999), st.floats(0, 86_400))
def test_back_off_is_never_shorter_than_asked_nor_without_end(failures: int, drawn: float, asked: float) -> None:
    """Whatever happens, the pause is at least nine tenths of the interval and what was asked for, at most a day."""
    wait = backoff(failures, EVERY, asked, lambda: drawn)
    assert max(EVERY * 0.9, timedelta(seconds=asked)) <= wait <= timedelta(days=1)


def test_a_busy_source_that_falls_silent_is_noticed() -> None:
    """A source with news every hour that has none for half a day is silent, though it answers; news end that."""
    state = busy_until(NOW)
    assert succeed(state, NOW + timedelta(hours=5)).status is SourceStatus.OK
    silent = succeed(state, NOW + timedelta(hours=12))
    assert silent.status is SourceStatus.SILENT
    assert "12 hours" in (silent.reason or "")
    assert succeed(silent, NOW + timedelta(hours=13), new=1).status is SourceStatus.OK


def test_a_304_counts_towards_silence() -> None:
    """A source that says that nothing changed is silent after as long as one that repeats itself."""
    assert succeed(busy_until(NOW), NOW + timedelta(hours=12), listed=None).status is SourceStatus.SILENT


def test_a_gazette_may_rest_over_the_weekend() -> None:
    """A source with news on working days is not silent on Monday morning, but is after a week without."""
    days = [NOW - timedelta(days=back) for back in range(30, -1, -1)]
    arrivals = learn((), [day for day in days if day.weekday() < 5])
    friday = max(day for day in arrivals if day.weekday() == 4)
    assert silent_for(arrivals, EVERY, NOW + timedelta(days=1)) is None
    assert silent_for([one for one in arrivals if one <= friday], EVERY, friday + timedelta(days=3)) is None
    assert silent_for(arrivals, EVERY, NOW + timedelta(days=8)) is not None


def test_one_outage_does_not_become_the_habit() -> None:
    """A single long gap among many short ones does not make a source's silence normal."""
    before = [NOW - timedelta(days=20, hours=back) for back in range(20)]
    after = [NOW - timedelta(hours=back) for back in range(20)]
    assert allowed_pause(learn((), before + after), EVERY) == timedelta(hours=6)


def test_a_burst_is_one_arrival() -> None:
    """Thirty acts of one gazette in one hour teach nothing about its rhythm."""
    assert len(learn((), [NOW + timedelta(seconds=n) for n in range(30)])) == 1


def test_a_feed_that_was_dead_when_it_was_added_is_told_at_once() -> None:
    """Where the newest entry of the first look is months old, the source is silent from the start."""
    published = [NOW - timedelta(days=200 + day) for day in range(10)]
    state = succeed(State(since=NOW), NOW, published=published)
    assert state.status is SourceStatus.SILENT
    assert "200 days" in (state.reason or "")


def test_a_source_that_lists_nothing_is_told() -> None:
    """An address that answers but never lists anything is silent, with advice."""
    state = succeed(State(since=NOW), NOW, listed=0)
    assert (state.status, "address" in (state.reason or "")) == (SourceStatus.SILENT, True)


def test_an_item_that_could_not_be_read_is_the_reason_of_an_ok_source() -> None:
    """A problem with one item is shown without making the source failing."""
    state = succeed(State(since=NOW), NOW, new=1, problems=["line 3: not JSON"])
    assert (state.status, state.reason) == (SourceStatus.OK, "line 3: not JSON")


@given(st.lists(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), max_size=80))  # noqa: DTZ001 - the zone is beside it
def test_what_is_remembered_stays_small_and_sorted(times: list[datetime]) -> None:
    """However much comes, at most 48 hours are remembered, in order, and learning them again changes nothing."""
    learned = learn((), times)
    assert len(learned) <= 48
    assert list(learned) == sorted(set(learned))
    assert learn(learned, learned) == learned


def wire_week() -> State:
    """Make a wire that has news each hour of working days from 6 to 20, for four weeks up to a Monday at 5."""
    state = State(since=NOW - timedelta(days=28))
    start, end = datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 23, 5, tzinfo=UTC)
    for hours in range(int((end - start) / timedelta(hours=1))):
        at = start + timedelta(hours=hours)
        state = succeed(state, at, new=int(at.weekday() < 5 and 6 <= at.hour <= 20))
    return state


def test_a_wire_may_rest_at_night_and_on_sundays_but_not_all_of_monday() -> None:
    """The hours of the week decide once they are known: no alarm on Sunday, one after six silent working hours."""
    state = wire_week()
    assert state.status is SourceStatus.OK
    sunday = succeed(state, datetime(2026, 11, 23, 5, tzinfo=UTC))
    morning = succeed(sunday, datetime(2026, 11, 23, 11, 30, tzinfo=UTC))
    later = succeed(morning, datetime(2026, 11, 23, 13, 0, tzinfo=UTC))
    assert [sunday.status, morning.status, later.status] == [SourceStatus.OK, SourceStatus.OK, SourceStatus.SILENT]


def test_a_dead_feed_stays_silent_when_weeks_have_passed() -> None:
    """Weeks in which nothing came teach no habit of nothing coming."""
    state = succeed(State(since=NOW), NOW, published=[NOW - timedelta(days=200 + day) for day in range(10)])
    assert succeed(state, NOW + timedelta(weeks=5)).status is SourceStatus.SILENT


def test_old_habits_fade() -> None:
    """After twelve weeks the older half of what was learned counts no more, and the shape of the week stays."""
    week = Week(since=NOW, counts=(8,) * 168)
    learned = learn_week(week, (), [], NOW + timedelta(weeks=12))
    assert (learned.counts[0], learned.weeks(NOW + timedelta(weeks=12))) == (4, 6)
    assert missed(learned, NOW, NOW + timedelta(hours=30)) == pytest.approx(29 * min(4 / 1, 1))


def test_a_slow_source_is_told() -> None:
    """Three answers of ten seconds or more in a row make a source slow; one quick answer ends that; a 304 counts."""
    state, troubles = State(since=NOW), []
    for seconds in (12.0, 30.0, 10.0, 0.5):
        state = succeed(state, NOW, new=1, seconds=seconds, listed=None)
        troubles.append(state.trouble)
    assert troubles == [None, None, SourceTrouble.SLOW, None]
    assert succeed(state, NOW, seconds=None).answer_seconds is None


def test_a_source_that_moved_says_where() -> None:
    """A permanent redirect is followed and told, with the address; the source stays ok."""
    state = succeed(State(since=NOW), NOW, new=3, moved_to="https://b.example/feed")
    assert (state.status, state.trouble) == (SourceStatus.OK, SourceTrouble.MOVED)
    assert "https://b.example/feed: correct the address" in (state.reason or "")
    assert state.message(SPEC, None).moved_to == "https://b.example/feed"
    assert succeed(state, NOW).trouble is None


def test_a_source_that_lists_nothing_any_more_changed_its_shape() -> None:
    """A list that had entries and has none now is told; one that has few may be empty."""
    full = succeed(State(since=NOW), NOW, new=3, listed=30)
    empty = succeed(full, NOW, listed=0)
    assert (empty.trouble, "30 before" in (empty.reason or "")) == (SourceTrouble.CHANGED_SHAPE, True)
    assert succeed(succeed(State(since=NOW), NOW, new=1, listed=2), NOW, listed=0).trouble is None


def test_only_what_was_read_before_can_have_changed_its_shape() -> None:
    """What never was a feed is a wrong address; what was one is redesigned."""

    def shape(state: State) -> SourceTrouble | None:
        return after_failure(
            state, SPEC, reason="no feed", for_good=True, retry_after_seconds=None, trouble=CHANGED, now=NOW
        ).trouble

    assert (shape(State(since=NOW)), shape(succeed(State(since=NOW), NOW))) == (None, CHANGED)


def test_an_official_source_is_left_alone_for_six_hours_at_most() -> None:
    """However long it fails, an official source is asked four times a day, any other once."""
    official = SPEC.model_copy(update={"source_kind": SourceKind.OFFICIAL})
    state = State(since=NOW, failures_in_a_row=50)
    waits = []
    for spec in (official, SPEC):
        after = after_failure(
            state, spec, reason="away", for_good=True, retry_after_seconds=None, now=NOW, random=lambda: 0.5
        )
        assert after.not_before is not None
        waits.append(after.not_before - NOW)
    assert waits == [timedelta(hours=6), timedelta(days=1)]


def test_switching_off_and_on() -> None:
    """A disabled source is disabled; enabled again it starts as new and is asked at once."""
    state = fail(succeed(State(since=NOW), NOW, new=1), NOW, retry_after=3600)
    off = switched(state, SPEC.model_copy(update={"enabled": False}), NOW)
    on = switched(off, SPEC, NOW)
    assert (off.status, on.status, on.not_before) == (SourceStatus.DISABLED, SourceStatus.NEW, None)
    assert on.validators == {"etag": "x"}


def test_another_address_is_another_source() -> None:
    """Validators and habit belong to the address they came from."""
    moved = SPEC.model_copy(update={"url": "https://b.example/feed"})
    state = succeed(State(since=NOW), NOW, new=1)
    assert state.validators_for(SPEC) == {"etag": "x"}
    assert state.validators_for(moved) == {}
    assert switched(state, moved, NOW) == State(since=NOW, articles_total=1)


def test_a_state_survives_json() -> None:
    """What is kept in the database is what is read from it."""
    state = fail(busy_until(NOW), NOW)
    assert State.model_validate(state.model_dump(mode="json")) == state
