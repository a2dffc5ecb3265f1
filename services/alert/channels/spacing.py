"""Keeps a minimum time between two messages to one address."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_REMEMBERED = 10_000


class Spacing:
    """Gives each key a turn at most once in `seconds`. Held in this process alone: the other side has the last word."""

    def __init__(
        self,
        seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: dict[str, float] = {}

    async def turn(self, key: str) -> None:
        """Wait until it is this caller's turn; turns are given in the order of asking."""
        now = self._monotonic()
        at = max(now, self._free_at.get(key, now))
        if len(self._free_at) >= _REMEMBERED:
            self._free_at = {each: free_at for each, free_at in self._free_at.items() if free_at > now}
        self._free_at[key] = at + self._seconds
        if at > now:
            await self._sleep(at - now)
