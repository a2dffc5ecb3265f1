"""The command line as a person runs it: in a process of its own, or by click's runner for what needs none."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

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


def only_line(text: str) -> str:
    """Return the one line that stands there; anything else fails the test."""
    lines = text.splitlines()
    assert len(lines) == 1, lines
    return lines[0]
