"""How often a source is asked: between a floor and a ceiling, by what it really does; pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.article import SourceKind
from services.ingest.spec import SourceSpec

SATURDAY = 5
"""As `weekday` counts."""
_FASTER, _SLOWER = 0.5, 1.25
_CEILING_TIMES = {SourceKind.OFFICIAL: 2}
_OTHERS_TIMES = 4
_LONGEST_CEILING = timedelta(hours=6)
_USUAL_TIMES = 2
"""An hour of day in which something new came twice is one in which it may come again."""


def floor(spec: SourceSpec) -> timedelta:
    """Return the shortest interval: what the source's document says."""
    return spec.interval


def ceiling(spec: SourceSpec) -> timedelta:
    """Return the longest interval: `slowest` where it is given, else a multiple of the shortest.

    An official source is slowed down less: what it says must not wait. Never beyond six hours for that reason alone.
    """
    if spec.longest_interval is not None:
        return max(spec.interval, spec.longest_interval)
    times = _CEILING_TIMES.get(spec.source_kind, _OTHERS_TIMES)
    return max(spec.interval, min(spec.interval * times, _LONGEST_CEILING))


def held(spec: SourceSpec, seconds: float | None) -> timedelta:
    """Return the interval that is kept for a source, within what its document allows now."""
    kept = timedelta(seconds=seconds) if seconds else spec.interval
    return min(max(kept, floor(spec)), ceiling(spec))


def after_poll(
    spec: SourceSpec, before: timedelta, *, had_new: bool, arrivals: Sequence[datetime], now: datetime
) -> timedelta:
    """Return the interval after a poll: halved by news, a quarter longer without; the floor when news usually come."""
    if is_usual(arrivals, now) or is_usual(arrivals, now + before):
        return floor(spec)
    wanted = before * (_FASTER if had_new else _SLOWER)
    return min(max(wanted, floor(spec)), ceiling(spec))


def is_usual(arrivals: Sequence[datetime], at: datetime) -> bool:
    """Tell whether something new came twice or more in this hour of day, on the same kind of day (working or not)."""
    hours = Counter((one.hour, _is_weekend(one)) for one in arrivals)
    return hours[at.hour, _is_weekend(at)] >= _USUAL_TIMES


def _is_weekend(at: datetime) -> bool:
    return at.weekday() >= SATURDAY
