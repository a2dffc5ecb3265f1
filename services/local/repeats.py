"""When a line has been shown often enough. Pure; the clock's readings are passed in."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

AT_MOST: Final = 3
WINDOW_SECONDS: Final = 60.0


class Verdict(Enum):
    """What becomes of a line."""

    SHOW = "show"
    SAY_THERE_IS_MORE = "say there is more"
    HIDE = "hide"


@dataclass
class _Seen:
    since: float
    count: int = 0


@dataclass
class Repeats:
    """Counts lines of one kind: three a minute are shown, then it is said once that there are more.

    A hundred sources that cannot be reached should not drown the one alert that matters.
    """

    _seen: dict[str, _Seen] = field(default_factory=dict)

    def judge(self, kind: str, now: float) -> Verdict:
        """Count a line of this kind, at this second of a monotonic clock, and say what becomes of it."""
        seen = self._seen.get(kind)
        if seen is None or now - seen.since >= WINDOW_SECONDS:
            seen = self._seen[kind] = _Seen(now)
        seen.count += 1
        if seen.count <= AT_MOST:
            return Verdict.SHOW
        return Verdict.SAY_THERE_IS_MORE if seen.count == AT_MOST + 1 else Verdict.HIDE
