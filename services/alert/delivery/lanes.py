"""How many messages may be under way at once: in all, and to each destination."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

K = TypeVar("K")


@dataclass(slots=True)
class Lanes:
    """Counts what is under way.

    A destination whose last attempt failed gets one at a time until one succeeds: a dead one holds one place, not all.
    One that asked for a pause (Retry-After) gets none until it is over: what waits does not use up its attempts.
    """

    total: int
    _under_way: Counter[str] = field(default_factory=Counter)
    _measures: Counter[tuple[str, str]] = field(default_factory=Counter)
    _failing: set[str] = field(default_factory=set)
    _limits: dict[str, int] = field(default_factory=dict)
    _paused: dict[str, datetime] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """How many more may start in all."""
        return self.total - self._under_way.total()

    def full(self, now: datetime) -> list[str]:
        """Return the destinations that bear no more at the moment."""
        self._paused = {name: until for name, until in self._paused.items() if until > now}
        busy = [name for name, count in self._under_way.items() if count >= self._limit(name)]
        return [*busy, *(name for name in self._paused if name not in busy)]

    def pause(self, destination: str, until: datetime) -> None:
        """Send nothing more to a destination until then."""
        self._paused[destination] = max(until, self._paused.get(destination, until))

    def take(self, destination: str, measure: str, limit: int) -> bool:
        """Take a place, or return False. Two messages about one measure never run side by side to one destination."""
        self._limits[destination] = limit
        if self.free <= 0 or self._under_way[destination] >= self._limit(destination):
            return False
        if self._measures[destination, measure]:
            return False
        self._under_way[destination] += 1
        self._measures[destination, measure] += 1
        return True

    def give_back(self, destination: str, measure: str, *, succeeded: bool) -> None:
        """Free the place, and remember how it went."""
        _one_less(self._under_way, destination)
        _one_less(self._measures, (destination, measure))
        (self._failing.discard if succeeded else self._failing.add)(destination)

    def _limit(self, destination: str) -> int:
        return 1 if destination in self._failing else self._limits.get(destination, 1)


def _one_less(counter: Counter[K], key: K) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
