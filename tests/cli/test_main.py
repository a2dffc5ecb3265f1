"""What holds for every command: help with an example, exit codes, one line for an error, quiet pipes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.errors import Failed, one_line
from services.cli.extras import load
from services.cli.main import COMMANDS, main
from tests.cli.conftest import Run, only_line


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(invoke: Run, name: str) -> None:
    """Each command explains itself and shows how it is used."""
    result = invoke(name, "--help")
    assert result.returncode == 0
    assert f"Usage: chokepoint {name}" in result.stdout
    assert "Example: " in result.stdout


def test_help_lists_every_command_and_loads_none() -> None:
    """`chokepoint --help` is quick because it imports neither pydantic nor any command."""
    code = (
        "import sys\nfrom services.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m in ('pydantic', 'httpx', 'services.cli.push')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr.strip() == "[]"
    assert all(name in done.stdout for name in COMMANDS)


def test_alone_it_shows_its_help(run: Run) -> None:
    """A first visit without a command is answered with what there is."""
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: chokepoint")


def test_version(run: Run) -> None:
    """`--version` names the program and a version."""
    done = run("--version")
    assert (done.returncode, done.stdout.split(",")[0]) == (0, "chokepoint")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["clasify"], "clasify"),
        (["classify", "--format", "xml", "x"], "xml"),
        (["classify", "--nope"], "--nope"),
        (["apply"], "FILE"),
        (["run", "kafka"], "kafka"),
        (["completion", "tcsh"], "tcsh"),
        (["push", "--server", "nonsense", "x"], "nonsense"),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    capsys: pytest.CaptureFixture[str], home: Path, args: list[str], word: str
) -> None:
    """A wrong command, option or argument is named in one line that points to the help."""
    assert home.exists()
    with pytest.raises(SystemExit) as ended:
        main(args)
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert word in only_line(said.err)
    assert "--help" in said.err


def test_a_missing_file_is_one_line_and_exit_1(run: Run) -> None:
    """What fails at run time is named in one line."""
    done = run("classify", "no/such/file.jsonl")
    assert done.returncode == 1
    assert only_line(done.stderr) == "chokepoint: no/such/file.jsonl: No such file or directory"


def test_a_wrong_setting_is_one_line_that_names_it(run: Run) -> None:
    """A wrong environment stops a command that needs the settings, with the variable's name."""
    done = run("push", "-", stdin="hello", CHOKEPOINT_INGEST__PORT="many")
    assert done.returncode == 1
    assert "CHOKEPOINT_INGEST__PORT" in only_line(done.stderr)


def test_run_needs_a_kafka(run: Run) -> None:
    """A single service without a Kafka says which setting it needs."""
    done = run("run", "alert")
    assert done.returncode == 1
    assert "CHOKEPOINT_KAFKA__BOOTSTRAP_SERVERS" in only_line(done.stderr)


def test_an_unexpected_error_is_one_line_and_debug_shows_where(run: Run, tmp_path: Path) -> None:
    """Even a fault of the program itself is one line; `--debug` adds the traceback."""
    (tmp_path / "sitecustomize.py").write_text("import services.cli.classify as c\nc.file_or_pipe = lambda f: 1 // 0\n")
    path = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    plain = run("classify", "x", PYTHONPATH=path)
    assert plain.returncode == 1
    assert "ZeroDivisionError" in only_line(plain.stderr)
    assert "Traceback" in run("--debug", "classify", "x", PYTHONPATH=path).stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    """`chokepoint … | head` ends quietly."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "services.cli", "completion", "bash"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    """Output that cannot be written is a failure, not silence."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "completion", "bash"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in only_line(done.stderr)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(invoke: Run, shell: str) -> None:
    """Each shell gets its own script that asks us for the words."""
    result = invoke("completion", shell)
    assert result.returncode == 0
    assert f"_CHOKEPOINT_COMPLETE={shell}_complete" in result.stdout


def test_completion_completes_commands(run: Run) -> None:
    """What the script asks is answered with our commands."""
    done = run(_CHOKEPOINT_COMPLETE="bash_complete", COMP_WORDS="chokepoint do", COMP_CWORD="1")
    assert done.stdout.strip() == "plain,doctor"


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with one extra says how to get another."""
    (tmp_path / "needs_more.py").write_text("import a_package_that_is_not_there\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Failed, match=r"a_package_that_is_not_there .* pip install 'chokepoint\[alert\]'"):
        load("needs_more", "alert")


def test_one_line_cannot_steer_a_terminal() -> None:
    """Text from outside stays on its line, without escape sequences, and within a bound."""
    assert one_line("a\nb\x1b[31mc\u202e") == "a b [31mc"
    assert len(one_line("x" * 10_000)) == 600
