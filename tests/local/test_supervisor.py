"""The supervisor, with real child processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from services.local.errors import LocalError
from services.local.process import ChildProcess
from services.local.restart import Restart
from services.local.supervisor import Program, Supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def program(tmp_path: Path, name: str, code: str) -> Program:
    """Describe a child that runs a line of Python."""
    return Program(name, [sys.executable, "-c", code], dict(os.environ), tmp_path / f"{name}.log")


def at_once(last: Restart, started_at: float, now: float) -> Restart:
    """Start again without a wait."""
    return Restart(last.deaths + 1, 0.0, f"{now - started_at:.0f} s")


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something another process does."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - no event crosses processes
            await asyncio.sleep(0.02)


def text(path: Path) -> str:
    """Read what a child has written so far."""
    return path.read_text() if path.exists() else ""


async def test_a_program_that_dies_is_started_again(tmp_path: Path) -> None:
    """A death brings a new process under the same name, with its output in the same log; the others go on."""
    mortal = program(tmp_path, "mortal", "import time; print('born', flush=True); time.sleep(600)")
    steady = program(tmp_path, "steady", "import time; time.sleep(600)")
    async with Supervisor([mortal, steady], decide=at_once) as supervisor:
        first, other = supervisor.child("mortal"), supervisor.child("steady")
        await until(lambda: text(mortal.log) == "born\n")
        first.signal(signal.SIGKILL)
        await until(lambda: text(mortal.log) == "born\nborn\n")
        assert supervisor.child("mortal").pid != first.pid
        assert (supervisor.exits("mortal"), supervisor.exits("steady")) == (1, 0)
        assert supervisor.child("steady") is other
        assert other.alive


async def test_stop_leaves_no_process(tmp_path: Path) -> None:
    """Those that obey SIGTERM end by it, those that do not are killed, and so is what they started."""
    parent = (
        "import subprocess, sys, time; subprocess.Popen(['sleep', '600']); print('up', flush=True); time.sleep(600)"
    )
    programs = [program(tmp_path, "stubborn", STUBBORN), program(tmp_path, "parent", parent)]
    supervisor = Supervisor(programs)
    await supervisor.start()
    await until(lambda: all(text(one.log) == "up\n" for one in programs))
    family = [psutil.Process(supervisor.child(one.name).pid) for one in programs]
    family += [child for one in family for child in one.children(recursive=True)]
    await supervisor.stop(grace_seconds=0.5)
    assert len(family) == 3
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert supervisor.child("stubborn").exit_code == -signal.SIGKILL
    assert supervisor.child("parent").exit_code == -signal.SIGTERM


async def test_a_stop_during_the_wait_starts_nothing(tmp_path: Path) -> None:
    """Stopping while a dead program waits for its turn leaves it dead."""
    short = program(tmp_path, "short", "print('born')")
    supervisor = Supervisor([short], decide=lambda *_: Restart(1, 600.0, "test"))
    await supervisor.start()
    await until(lambda: supervisor.exits("short") == 1)
    await supervisor.stop()
    assert not supervisor.child("short").alive
    assert text(short.log) == "born\n"


async def test_a_restart_that_fails_is_tried_again(tmp_path: Path) -> None:
    """A program that is away for a moment, as during an upgrade, is started once it is back."""
    tool = tmp_path / "tool"
    tool.symlink_to("/bin/sleep")
    async with Supervisor([Program("tool", [str(tool), "600"], {}, tmp_path / "log")], decide=at_once) as supervisor:
        first = supervisor.child("tool")
        tool.unlink()
        first.signal(signal.SIGKILL)
        await until(lambda: supervisor.exits("tool") > 2)
        tool.symlink_to("/bin/sleep")
        await until(lambda: supervisor.child("tool").alive)
        assert supervisor.child("tool").pid != first.pid


async def test_a_program_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    """The start fails in one line, and what had been started is gone."""
    good = program(tmp_path, "good", "import time; time.sleep(600)")
    supervisor = Supervisor([good, Program("bad", ["/no/such/program"], {}, tmp_path / "bad.log")])
    with pytest.raises(LocalError, match="no program /no/such/program"):
        await supervisor.start()
    assert not supervisor.child("good").alive


def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    """After SIGKILL of the supervisor's process none of its children runs, however stubborn."""
    code = f"""
import asyncio, os, sys
from pathlib import Path
from services.local.supervisor import Program, Supervisor
async def main():
    names, folder, argv = ["one", "two"], Path({str(tmp_path)!r}), [sys.executable, "-c", {STUBBORN!r}]
    programs = [Program(name, argv, dict(os.environ), folder / name) for name in names]
    async with Supervisor(programs) as supervisor:
        print(*(supervisor.child(name).pid for name in names), flush=True)
        await asyncio.sleep(600)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


@pytest.mark.parametrize("by_kernel", ["True", "False"])
def test_the_tether_answers_as_the_program_did(by_kernel: str) -> None:
    """Exit codes and signals come through, by the kernel's way and by the one for other systems."""
    assert tethered(by_kernel, "raise SystemExit(7)").wait(30) == 7
    assert tethered(by_kernel, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)").wait(30) == -signal.SIGTERM


def tethered(by_kernel: str, code: str) -> "subprocess.Popen[str]":
    """Run a line of Python under the tether, as a child of this process."""
    start = (
        f"from services.local import tether; import sys; "
        f"tether.main({os.getpid()}, [sys.executable, '-c', sys.argv[1]], by_kernel={by_kernel})"
    )
    return subprocess.Popen([sys.executable, "-c", start, code], text=True, start_new_session=True)


def test_without_the_kernels_help_the_tether_watches(tmp_path: Path) -> None:
    """On systems without a parent-death signal a killed parent takes the program along all the same."""
    pids = tmp_path / "pid"
    code = f"import os, pathlib, time; pathlib.Path({str(pids)!r}).write_text(str(os.getpid())); time.sleep(600)"
    inner = (
        "from services.local import tether; import os, sys; "
        f"tether.main(os.getppid(), [sys.executable, '-c', {code!r}], by_kernel=False)"
    )
    middle = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {inner!r}], start_new_session=True).wait()"
    )
    with subprocess.Popen([sys.executable, "-c", middle]) as parent:
        asyncio.run(until(lambda: text(pids) != ""))
        grandchild = psutil.Process(int(text(pids)))
        parent.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs([grandchild], timeout=10)
    assert alive == []


async def test_a_child_does_not_see_our_ctrl_c(tmp_path: Path) -> None:
    """Each child leads a group and session of its own, so that the terminal's signals reach us alone."""
    child = ChildProcess([sys.executable, "-c", "import time; time.sleep(600)"], log=tmp_path / "log")
    try:
        assert os.getpgid(child.pid) == os.getsid(child.pid) == child.pid
    finally:
        await child.kill()
