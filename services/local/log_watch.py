"""Watches the services' logs for a person at the terminal."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from services.local.repeats import Repeats, Verdict
from services.local.screen import Screen
from services.local.service_logs import Shown, Tail, line_to_show, rotate
from services.local.supervisor import Program

LOOK_SECONDS: Final = 0.2


class LogWatch:
    """Shows what a person should see of what the services write from now on; each begins a new log."""

    def __init__(
        self, services: Sequence[Program], screen: Screen, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        for service in services:
            rotate(service.log)
        self._tails = {service: Tail(service.log) for service in services}
        self._screen, self._monotonic, self._repeats = screen, monotonic, Repeats()

    async def run(self) -> None:
        """Watch until cancelled, to the last line."""
        try:
            while True:
                self.look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            self.look()

    def look(self) -> None:
        """Show what is new."""
        for service, tail in self._tails.items():
            for line in tail.lines():
                if shown := line_to_show(service.name, line):
                    self._show(service, shown)

    def _show(self, service: Program, shown: Shown) -> None:
        verdict = self._repeats.judge(shown.kind, self._monotonic()) if shown.kind else Verdict.SHOW
        if verdict is Verdict.SHOW:
            self._screen.say(shown.text)
        elif verdict is Verdict.SAY_THERE_IS_MORE:
            self._screen.say(f"{shown.kind} again, and more of it in {service.log}")
