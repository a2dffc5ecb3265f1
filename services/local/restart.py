"""When a child process that died is started again. Pure; the clock's readings are passed in."""

from dataclasses import dataclass
from typing import Final

FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 30.0
HEALTHY_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Restart:
    """What to do about a death: wait, start again; `deaths` counts those in a row."""

    deaths: int
    delay_seconds: float
    because: str


NEVER_DIED: Final = Restart(deaths=0, delay_seconds=0, because="it has not died")


def after_death(last: Restart, started_at: float, now: float) -> Restart:
    """Decide how long to wait: 1 s, doubled for each death in a row up to 30 s, anew after a life of 60 s.

    `started_at` and `now` are seconds on one monotonic clock.
    """
    lived = now - started_at
    if lived >= HEALTHY_SECONDS:
        return Restart(1, FIRST_DELAY_SECONDS, f"it had lived for {lived:.0f} s")
    deaths = last.deaths + 1
    # The power is bounded too: a service may die for days.
    delay = min(FIRST_DELAY_SECONDS * 2 ** min(deaths - 1, 16), LONGEST_DELAY_SECONDS)
    return Restart(deaths, delay, f"death {deaths} in a row")
