"""When to try again: the retry ladder, pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import random as _random

RUNGS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Waiting time after attempt 1, 2, … 9: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.

Standard Webhooks 1.0.0, "Deliverability and reliability", whose first attempt is at once: ten attempts in 75.6 hours.
"""
MAX_ATTEMPTS = len(RUNGS_SECONDS) + 1
JITTER = 0.15
"""At most this share is added, so that what failed together does not come back together. It only ever adds, and less
than the distance to the next rung: a later attempt never waits less than an earlier one."""
MAX_WAIT_SECONDS = 86_400 * (1 + JITTER)


def wait_seconds(
    attempt: int, retry_after_seconds: float | None = None, random: Callable[[], float] = _random
) -> float | None:
    """Return how long to wait after the failed attempt of this number (from 1), or None when it was the last.

    `retry_after_seconds` is a floor, believed up to a day. `random` gives a number from 0 to 1.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    floor = min(max(retry_after_seconds or 0.0, 0.0), RUNGS_SECONDS[-1])
    return max(float(RUNGS_SECONDS[attempt - 1]), floor) * (1 + JITTER * random())


def next_due(
    attempt: int,
    now: datetime,
    retry_after_seconds: float | None = None,
    random: Callable[[], float] = _random,
) -> datetime | None:
    """Return the time of the next attempt, or None when the ladder is at its end."""
    wait = wait_seconds(attempt, retry_after_seconds, random)
    return None if wait is None else now + timedelta(seconds=wait)
