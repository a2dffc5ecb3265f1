"""The command line as a person runs it: in a process of its own, or by click's runner for what needs none."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from click.testing import CliRunner
from starlette.applications import Starlette
from structlog.testing import capture_logs

from services.cli.main import cli


@dataclass(frozen=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a data folder of its own, and no setting from outside."""
    for name in list(os.environ):
        if name.startswith("CHOKEPOINT_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("CHOKEPOINT_HOME", str(folder))
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """Run `chokepoint` in a process of its own; `stdin` is its input, the rest its environment."""
    assert home.exists()

    def start(*args: str, stdin: str = "", **environ: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", *args],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | environ,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return start


@pytest.fixture
def invoke(home: Path) -> Run:
    """Run a command by click's runner in this process: quicker, for what is not about the process."""
    assert home.exists()

    def start(*args: str, stdin: str = "", **environ: str) -> Done:
        result = CliRunner().invoke(cli, list(args), input=stdin, prog_name="chokepoint", env=environ)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return start


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve an app in a thread, on a free port; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    with capture_logs():  # the server shares this process, and its log is no output of the command
        thread.start()
        while not server.started and thread.is_alive():
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


def only_line(text: str) -> str:
    """Return the one line that stands there; anything else fails the test."""
    lines = text.splitlines()
    assert len(lines) == 1, lines
    return lines[0]
