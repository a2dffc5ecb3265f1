"""One at a time on a folder, told by a lock that ends with its last holder, however that one ends."""

import asyncio
import fcntl
import os
import time
from pathlib import Path
from typing import Final, Self

RETRY_SECONDS: Final = 0.05


class FolderLock:
    """An exclusive lock on a file; a child process that inherits `fd` holds it too."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    async def take(cls, path: Path, patience_seconds: float) -> Self | None:
        """Take the lock, waiting up to `patience_seconds`; None when another holds it still."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + patience_seconds
        while not _try_lock(fd):
            if time.monotonic() > until:
                os.close(fd)
                return None
            await asyncio.sleep(RETRY_SECONDS)
        return cls(fd)

    def close(self) -> None:
        """Let go of our hold on it."""
        os.close(self.fd)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
