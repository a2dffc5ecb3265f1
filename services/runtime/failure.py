"""The closed vocabulary of failure: wait and try again, or park."""

from collections.abc import Callable
from random import random


class Permanent(Exception):  # noqa: N818 - it names what to do, not what went wrong
    """It can never succeed: put it aside with its reason and go on."""


class Transient(Exception):  # noqa: N818 - it names what to do, not what went wrong
    """It may succeed later: wait with back-off and try again; nothing is dropped meanwhile."""


def backoff_seconds(attempt: int, *, base: float, cap: float, random: Callable[[], float] = random) -> float:
    """Return how long to wait before the next attempt (`attempt` counts from 1): full jitter below a doubling cap.

    Full jitter spreads many waiters best (the AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
    """
    return float(min(cap, base * 2 ** min(attempt - 1, 30)) * random())
