"""The lanes: bounded in all, bounded for each destination, one at a time for one that fails."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.alert.delivery.lanes import Lanes

NOW = datetime(2026, 11, 24, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans(), st.booleans()), max_size=80)


@given(st.integers(1, 6), st.integers(1, 4), STEPS)
def test_no_bound_is_ever_passed(total: int, limit: int, steps: list[tuple[str, int, bool, bool]]) -> None:
    """Whatever comes and goes: never more than `total`, than `limit` each, or than one about a measure."""
    lanes, under_way = Lanes(total), []
    for destination, number, take, succeeded in steps:
        measure = f"m{number}"
        if take and lanes.take(destination, measure, limit):
            under_way.append((destination, measure))
        elif not take and under_way:
            lanes.give_back(*under_way.pop(0), succeeded=succeeded)
        counts = Counter(name for name, _ in under_way)
        assert len(under_way) <= total
        assert lanes.free == total - len(under_way)
        assert all(count <= limit for count in counts.values())
        assert len(set(under_way)) == len(under_way)
        assert set(lanes.full(NOW)) <= set(counts)


def test_a_failing_destination_gets_one_at_a_time_until_it_succeeds() -> None:
    """A dead destination holds one place; its first success opens the lane again."""
    lanes = Lanes(10)
    assert lanes.take("dead", "m1", 4)
    lanes.give_back("dead", "m1", succeeded=False)
    assert lanes.take("dead", "m1", 4)
    assert not lanes.take("dead", "m2", 4)
    assert lanes.full(NOW) == ["dead"]
    assert lanes.take("alive", "m1", 4)
    lanes.give_back("dead", "m1", succeeded=True)
    assert lanes.take("dead", "m1", 4)
    assert lanes.take("dead", "m2", 4)


def test_a_pause_that_was_asked_for_is_kept_and_ends() -> None:
    """The longest pause asked for counts; after it the destination is served again, others all the while."""
    lanes = Lanes(10)
    lanes.pause("busy", NOW + timedelta(seconds=30))
    lanes.pause("busy", NOW + timedelta(seconds=10))
    assert lanes.full(NOW + timedelta(seconds=29)) == ["busy"]
    assert lanes.full(NOW + timedelta(seconds=30)) == []
