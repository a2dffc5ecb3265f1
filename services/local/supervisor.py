"""Named child processes, kept alive until they are told to stop."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from services.local.errors import LocalError
from services.local.process import ChildProcess
from services.local.restart import NEVER_DIED, Restart, after_death
from services.runtime.logs import get_logger

STOP_SECONDS: Final = 10.0

Decide = Callable[[Restart, float, float], Restart]
"""The last decision, the start and the end of the life that is over, on the supervisor's clock."""

_log = get_logger("local.supervisor")


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A child process to keep alive; its output is appended to `log`."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    log: Path


class Supervisor:
    """Runs the programs, one process group each, and starts again what dies; an async context manager.

    Use it from the main thread (see `ChildProcess`). None of the programs outlives it, even when it is killed.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        decide: Decide = after_death,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._programs, self._decide, self._monotonic = programs, decide, monotonic
        self._children: dict[str, ChildProcess] = {}
        self._exits: dict[str, int] = {}
        self._keepers: list[asyncio.Task[None]] = []

    def child(self, name: str) -> ChildProcess:
        """Return the process that runs, or ran last, under the name."""
        return self._children[name]

    def log(self, name: str) -> Path:
        """Say where the program's output goes."""
        return next(program.log for program in self._programs if program.name == name)

    def exits(self, name: str) -> int:
        """Count how often the program has ended by itself."""
        return self._exits.get(name, 0)

    async def start(self) -> None:
        """Start every program; raises LocalError when one does not exist, and then none runs."""
        try:
            for program in self._programs:
                self._start_one(program)
        except BaseException:
            await self.stop()
            raise
        self._keepers = [asyncio.create_task(self._keep(program)) for program in self._programs]

    async def stop(self, grace_seconds: float = STOP_SECONDS) -> None:
        """Ask all at once to end, and kill those that have not after `grace_seconds`."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.gather(*(child.stop(grace_seconds) for child in self._children.values()))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _start_one(self, program: Program) -> ChildProcess:
        child = ChildProcess(program.argv, log=program.log, environ=program.environ)
        self._children[program.name] = child
        return child

    async def _keep(self, program: Program) -> None:
        child, restart = self._children[program.name], NEVER_DIED
        while True:
            started_at = self._monotonic()
            exit_code = await child.wait()
            restart = self._decide(restart, started_at, self._monotonic())
            self._exits[program.name] = self.exits(program.name) + 1
            _log.warning(
                "service.exited",
                program=program.name,
                exit_code=exit_code,
                because=restart.because,
                log=str(program.log),
            )
            await asyncio.sleep(restart.delay_seconds)
            child = self._start_again(program) or child

    def _start_again(self, program: Program) -> ChildProcess | None:
        """Start the program; None when the system will not have it now, which then counts as another death."""
        try:
            child = self._start_one(program)
        except (LocalError, OSError) as error:
            _log.error("service.restart_failed", program=program.name, reason=str(error))
            return None
        _log.info("service.restarted", program=program.name, pid=child.pid)
        return child
