"""Runs a program that must not outlive its parent: `python tether.py PARENT_PID PROGRAM ARGUMENT…`.

Stands alone, so that it starts in a few milliseconds: only the standard library, run by its path with `python -I -S`.
On Linux the kernel does it: the parent-death signal is set, then the program takes this process's place and keeps its
pid. Elsewhere this process stays, in one process group with the program, and watches its parent.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
WATCH_SECONDS = 0.5


def main(parent: int, argv: list[str], *, by_kernel: bool) -> None:
    """Become `argv`, or run it and end with it."""
    if by_kernel:
        _ask_kernel()
        # The parent may have ended before the kernel knew that we care.
        if os.getppid() == parent:
            os.execv(argv[0], argv)  # noqa: S606 - what it is for; there is no shell to escape to
        return
    _watch(parent, argv)


def _ask_kernel() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")


def _watch(parent: int, argv: list[str]) -> None:
    """Wait for the program and answer as it did; kill the whole group once the parent is gone.

    A SIGTERM is sent to the group, so the program has it already; the one that arrives here changes nothing.
    """
    signal.signal(signal.SIGTERM, lambda *_: None)
    child = subprocess.Popen(argv)  # noqa: S603 - what it is for
    while child.poll() is None:
        if os.getppid() != parent:
            os.killpg(0, signal.SIGKILL)
        time.sleep(WATCH_SECONDS)
    if child.returncode < 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), -child.returncode)
    sys.exit(child.returncode)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:], by_kernel=sys.platform == "linux")
