"""Health by progress: a loop is alive while it gets on, not while its process merely exists."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Beat:
    """One loop's sign of life. `limit_seconds` without a beat, while it has work, means that it hangs."""

    name: str
    limit_seconds: float
    monotonic: Callable[[], float] = time.monotonic
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.monotonic()

    def beat(self) -> None:
        """Say that the loop got on, or that it has nothing to do."""
        self.last = self.monotonic()

    @property
    def late_seconds(self) -> float:
        """How long past its limit it is; negative while all is well."""
        return self.monotonic() - self.last - self.limit_seconds


@dataclass
class Health:
    """What `/health/live` and `/health/ready` answer from."""

    monotonic: Callable[[], float] = time.monotonic
    _beats: dict[str, Beat] = field(default_factory=dict)
    _waiting_for: dict[str, str] = field(default_factory=dict)

    def loop(self, name: str, limit_seconds: float) -> Beat:
        """Register a loop; it must beat at least every `limit_seconds`."""
        beat = self._beats[name] = Beat(name, limit_seconds, self.monotonic)
        return beat

    def beat(self, name: str) -> None:
        """Beat for a registered loop."""
        self._beats[name].beat()

    def ready(self, name: str, *, ready: bool, why: str = "") -> None:
        """Say whether one part is ready, and if not, what it waits for."""
        if ready:
            self._waiting_for.pop(name, None)
        else:
            self._waiting_for[name] = why or "starting"

    def stuck(self) -> dict[str, str]:
        """Return the loops that hang, with the reason; empty means alive."""
        return {
            beat.name: f"no progress for {beat.late_seconds + beat.limit_seconds:.0f} s"
            for beat in self._beats.values()
            if beat.late_seconds > 0
        }

    def not_ready(self) -> dict[str, str]:
        """Return the parts that are not ready, with what they wait for; empty means ready."""
        return dict(self._waiting_for)
