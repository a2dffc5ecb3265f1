"""A child process in its own process group that never outlives us."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from services.local import tether
from services.local.errors import LocalError

POLL_SECONDS: Final = 0.05
LONGEST_POLL_SECONDS: Final = 0.5


class ChildProcess:
    """One running program.

    It leads its own process group, so a Ctrl-C in the terminal reaches only us and we stop it in order; the tether
    kills it when we die by whatever means. Nothing here is bound to an event loop: any loop may wait for it. Start
    it from the main thread, for Linux takes the end of the thread that started it for the end of its parent.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        """Start `argv` in `folder`, with stdout and stderr appended to `log`; `keep_open` are file descriptors it gets.

        Raises LocalError when there is no such program.
        """
        program = shutil.which(argv[0])
        if program is None:
            raise LocalError(f"There is no program {argv[0]}.")
        with log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603 - the programs are ours and Java
                [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), program, *argv[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=None if environ is None else dict(environ),
                pass_fds=keep_open,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, which is the process group's as well."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._popen.poll()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.exit_code is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; nothing happens when it is gone."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def wait(self, seconds: float | None = None) -> int | None:
        """Wait for its end; returns the exit code, or None when it still runs after `seconds`."""
        until = None if seconds is None else time.monotonic() + seconds
        pause = POLL_SECONDS
        while self.alive and (until is None or time.monotonic() < until):
            await asyncio.sleep(pause)
            # What lives long is looked at less often: a system at rest should cost nothing.
            pause = min(pause * 1.2, LONGEST_POLL_SECONDS)
        return self.exit_code

    async def stop(self, grace_seconds: float) -> None:
        """Ask it to end, and kill it when it has not after `grace_seconds`."""
        self.signal(signal.SIGTERM)
        if await self.wait(grace_seconds) is None:
            await self.kill()

    async def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.signal(signal.SIGKILL)
        await self.wait()
