"""How often a source has something new, learned from when it had; pure, with the clock passed in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

REMEMBERED = 48
_FEWEST_GAPS = 4
_ENOUGH_GAPS = 10
_SHORTEST = timedelta(hours=6)
_UNKNOWN = timedelta(days=14)


def learn(arrivals: Sequence[datetime], new: Iterable[datetime]) -> tuple[datetime, ...]:
    """Return the last 48 hours in which something new came, oldest first.

    Whole hours, because thirty acts of one gazette at nine o'clock are one arrival, not thirty.
    """
    hours = {_hour(at) for at in arrivals} | {_hour(at) for at in new}
    return tuple(sorted(hours)[-REMEMBERED:])


def allowed_pause(arrivals: Sequence[datetime], every: timedelta) -> timedelta:
    """Return how long a source may have nothing new before it counts as silent.

    Twice its longest usual pause, which holds a night or a weekend; the very longest is left out once enough is
    known, for it may have been an outage. Never less than six hours or three polls; two weeks while little is known.
    """
    gaps = sorted(later - earlier for earlier, later in pairwise(arrivals))
    if len(gaps) < _FEWEST_GAPS:
        return _UNKNOWN
    usual = gaps[-2] if len(gaps) >= _ENOUGH_GAPS else gaps[-1]
    return max(2 * usual, 3 * every, _SHORTEST)


def silent_for(arrivals: Sequence[datetime], every: timedelta, now: datetime) -> timedelta | None:
    """Return how long nothing new has come, where that is longer than the source's habit allows; else None."""
    if not arrivals:
        return None
    pause = now - arrivals[-1]
    return pause if pause > allowed_pause(arrivals, every) else None


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
