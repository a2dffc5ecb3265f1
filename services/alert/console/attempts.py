"""How often a wrong token may be tried."""

from collections import OrderedDict, deque

from services.runtime.clock import Clock

FAILURES_ALLOWED = 10
WINDOW_SECONDS = 60
_ADDRESSES_KEPT = 10_000


class Attempts:
    """Wrong tokens by address, within this process: a brake on guessing; the token itself is what protects."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_seconds(self, address: str) -> int:
        """Return how long this address must wait, 0 where it may try."""
        now, failed = self._clock().timestamp(), self._failed.get(address)
        while failed and failed[0] <= now - WINDOW_SECONDS:
            failed.popleft()
        if not failed or len(failed) < FAILURES_ALLOWED:
            return 0
        return max(1, round(failed[0] + WINDOW_SECONDS - now))

    def failed(self, address: str) -> None:
        """Take note of a wrong token."""
        self._failed.setdefault(address, deque(maxlen=FAILURES_ALLOWED)).append(self._clock().timestamp())
        self._failed.move_to_end(address)
        while len(self._failed) > _ADDRESSES_KEPT:
            self._failed.popitem(last=False)
