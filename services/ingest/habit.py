"""How often a source has something new, learned from when it had; pure, with the clock passed in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pydantic import BaseModel, ConfigDict

REMEMBERED = 48
_FEWEST_GAPS = 4
_ENOUGH_GAPS = 10
_SHORTEST = timedelta(hours=6)
_UNKNOWN = timedelta(days=14)
_HOUR = timedelta(hours=1)
_HOURS = 168
_LONGEST_LOOK = timedelta(days=60)
_WEEKS_KNOWN = 2.0
_WEEKS_KEPT = 12.0
MANY_MISSED = 6.0
"""Hours with news expected and none come: by chance that happens once in four hundred (e to the minus six)."""


class Week(BaseModel):
    """In how many weeks something new came, for each hour of the week, counted from Monday 00:00 UTC."""

    model_config = ConfigDict(frozen=True)

    since: datetime
    counts: tuple[int, ...] = (0,) * _HOURS

    def weeks(self, now: datetime) -> float:
        """Return over how many weeks this was learned."""
        return (now - self.since) / timedelta(weeks=1)

    def is_known(self, now: datetime) -> bool:
        """Tell whether enough came in enough time to speak of a habit."""
        return self.weeks(now) >= _WEEKS_KNOWN and sum(self.counts) >= MANY_MISSED


def learn_week(week: Week, arrivals: Sequence[datetime], new: Iterable[datetime], now: datetime) -> Week:
    """Return the week with these arrivals; after twelve weeks the older half fades, for habits change."""
    counts = list(week.counts)
    for hour in {_hour(at) for at in new} - set(arrivals):
        if hour >= _hour(week.since):
            counts[_hour_of_week(hour)] += 1
    if week.weeks(now) < _WEEKS_KEPT:
        return Week(since=week.since, counts=tuple(counts))
    return Week(since=now - (now - week.since) / 2, counts=tuple(count // 2 for count in counts))


def missed(week: Week, last: datetime, now: datetime) -> float:
    """Return how many hours with news were to be expected since the last ones."""
    weeks = max(week.weeks(now), 1.0)
    at = max(_hour(last) + _HOUR, now - _LONGEST_LOOK)
    expected = 0.0
    while at + _HOUR <= now:
        expected += min(week.counts[_hour_of_week(at)] / weeks, 1.0)
        at += _HOUR
    return expected


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


def silent_for(
    arrivals: Sequence[datetime], every: timedelta, now: datetime, week: Week | None = None
) -> timedelta | None:
    """Return how long nothing new has come, where that is longer than the source's habit allows; else None.

    Once two weeks are known, the hours of the week decide: a wire that rests at night and on Sundays is not silent
    then, and is by Monday noon.
    """
    if not arrivals:
        return None
    pause = now - arrivals[-1]
    if week is not None and week.is_known(now):
        is_long = missed(week, arrivals[-1], now) >= MANY_MISSED and pause > max(3 * every, _SHORTEST)
    else:
        is_long = pause > allowed_pause(arrivals, every)
    return pause if is_long else None


def _hour_of_week(at: datetime) -> int:
    return at.weekday() * 24 + at.hour


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
