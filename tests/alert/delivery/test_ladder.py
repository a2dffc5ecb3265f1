"""The retry ladder: monotone, within its bounds, never earlier than asked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.channels.contract import Outcome, OutcomeKind
from services.alert.delivery.ladder import (
    JITTER,
    MAX_ATTEMPTS,
    MAX_WAIT_SECONDS,
    RUNGS_SECONDS,
    next_due,
    wait_seconds,
)
from services.alert.delivery.settle import settle

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ATTEMPTS = st.integers(1, MAX_ATTEMPTS - 1)
CHANCE = st.floats(0, 1)


@given(ATTEMPTS, CHANCE)
def test_each_wait_is_its_rung_and_at_most_the_jitter_more(attempt: int, chance: float) -> None:
    """Never earlier than the rung, never later than rung and jitter."""
    wait = wait_seconds(attempt, None, lambda: chance)
    assert wait is not None
    rung = RUNGS_SECONDS[attempt - 1]
    assert rung <= wait <= rung * (1 + JITTER)


@given(ATTEMPTS, CHANCE, CHANCE)
def test_a_later_attempt_never_waits_less(attempt: int, chance: float, later_chance: float) -> None:
    """Whatever the dice say, the ladder goes up."""
    wait = wait_seconds(attempt, None, lambda: chance)
    later = wait_seconds(attempt + 1, None, lambda: later_chance)
    assert wait is not None
    assert later is None or later > wait


@given(ATTEMPTS, CHANCE, st.floats(-1e9, 1e9))
def test_retry_after_is_a_floor_and_believed_up_to_a_day(attempt: int, chance: float, asked: float) -> None:
    """It never comes earlier than asked, and no answer can put it off for ever."""
    wait = wait_seconds(attempt, asked, lambda: chance)
    assert wait is not None
    assert wait >= min(asked, RUNGS_SECONDS[-1])
    assert wait <= MAX_WAIT_SECONDS


def test_the_ladder_is_the_standards_and_ends() -> None:
    """Ten attempts in a little over three days, then no more."""
    waits = [wait_seconds(attempt, None, lambda: 0.0) for attempt in range(1, MAX_ATTEMPTS)]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert wait_seconds(MAX_ATTEMPTS) is None
    assert next_due(MAX_ATTEMPTS, NOW) is None
    assert next_due(1, NOW, None, lambda: 0.0) == NOW + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("kind", "attempt", "status"),
    [
        (OutcomeKind.DELIVERED, 1, "delivered"),
        (OutcomeKind.DELIVERED, MAX_ATTEMPTS + 5, "delivered"),
        (OutcomeKind.PERMANENT, 1, "failed"),
        (OutcomeKind.RETRY, 1, "pending"),
        (OutcomeKind.UNKNOWN, 9, "pending"),
        (OutcomeKind.RETRY, MAX_ATTEMPTS, "failed"),
        (OutcomeKind.UNKNOWN, MAX_ATTEMPTS, "failed"),
    ],
)
def test_each_outcome_settles_the_delivery(kind: OutcomeKind, attempt: int, status: str) -> None:
    """Delivered and permanent end it, retry and unknown climb, the last rung gives up."""
    settled = settle(Outcome(kind, error="why"), attempt, NOW, lambda: 0.5)
    assert settled.status == status
    assert (settled.due_at > NOW) == (status == "pending")
    assert "why" in (settled.error or "")
