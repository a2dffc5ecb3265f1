"""What an outcome makes of a delivery (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import random as _random

from services.alert.channels.contract import Outcome, OutcomeKind
from services.alert.delivery.ladder import next_due


@dataclass(frozen=True, slots=True)
class Settled:
    """A delivery's new state and why."""

    status: str
    """`delivered`, `pending` (again at `due_at`) or `failed`."""
    due_at: datetime
    error: str | None


def settle(outcome: Outcome, attempt: int, now: datetime, random: Callable[[], float] = _random) -> Settled:
    """Return the new state after the attempt of this number (from 1)."""
    if outcome.kind is OutcomeKind.DELIVERED:
        return Settled("delivered", now, outcome.error)
    if outcome.kind is OutcomeKind.PERMANENT:
        return Settled("failed", now, outcome.error)
    due_at = next_due(attempt, now, outcome.retry_after_seconds, random)
    if due_at is None:
        return Settled("failed", now, f"given up after {attempt} attempts; the last one: {outcome.error}")
    return Settled("pending", due_at, outcome.error)
