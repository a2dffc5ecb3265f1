"""The entry point `chokepoint`: which commands there are, and what becomes of an error."""

import errno
import importlib
import os
import sys
import traceback
from importlib.metadata import PackageNotFoundError, version
from typing import IO, Any, Final

import click

from services.cli.errors import one_line, say
from services.cli.session import Session

COMMANDS: Final = {
    "up": ("services.cli.up", "Run the whole system on this machine."),
    "run": ("services.cli.run", "Run one service, as a container does."),
    "classify": ("services.cli.classify", "Read articles and print what they report."),
    "backtest": ("services.cli.backtest", "Print the measures and alerts that articles would have made."),
    "push": ("services.cli.push", "Hand articles to a running system."),
    "apply": ("services.cli.apply", "Make what stands in YAML files so."),
    "sources": ("services.cli.sources", "Find, list, switch and exchange the sources that are read."),
    "doctor": ("services.cli.doctor", "Check every part; say what to do about what is wrong."),
    "completion": ("services.cli.completion", "Print the completion script of a shell."),
}
"""Each command once: the module that holds a click command `command`, and its line in the help.

The line stands here so that `chokepoint --help` imports no command.
"""


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands in the order of a first visit."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - the same
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - the same
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _version() -> str:
    try:
        return version("chokepoint")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "unknown"


@click.group(
    cls=Commands,
    name="chokepoint",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: chokepoint up --demo",
)
@click.version_option(_version(), prog_name="chokepoint")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the whole traceback of an unexpected error.")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Alerts on new export controls, sanctions and supply pacts, once per real-world act."""
    ctx.ensure_object(Session)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 bad usage, 130 interrupted."""
    _speak_utf8(sys.stdout)
    _speak_utf8(sys.stderr)
    arguments = sys.argv[1:] if args is None else args
    code = _run(arguments)
    if code == 0:
        code = _flush()
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    output = sys.stdout
    try:
        result = cli.main(arguments, prog_name="chokepoint", standalone_mode=False)
    except click.ClickException as error:
        return _said(error)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SystemExit:
        if sys.stdout is not output:  # click's sign of a closed pipe, which it takes for a failure
            sys.stdout = output
            return _reader_gone()
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a traceback
        return _unexpected(error, debug="--debug" in arguments)
    return result if isinstance(result, int) else 0


def _said(error: click.ClickException) -> int:
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "chokepoint"
        say(f"{error.format_message()} See: {path} --help")
    else:
        error.show()
    return error.exit_code


def _unexpected(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC and not error.filename:
        return _unwritable(error)
    if isinstance(error, OSError) and error.filename:
        say(f"{error.filename}: {error.strerror or error}")
    else:
        hint = "" if debug else "; run `chokepoint --debug …` to see where"
        say(f"unexpected {type(error).__name__}: {one_line(error)}{hint}")
    return 1


def _flush() -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    except OSError as error:
        return _unwritable(error)
    return 0


def _unwritable(error: OSError) -> int:
    say(f"cannot write the output: {error.strerror}; is the disk full?")
    _forget_output()
    return 1


def _reader_gone() -> int:
    """End quietly: the reader of our pipe has what it wanted (`… | head`)."""
    _forget_output()
    return 0


def _forget_output() -> None:
    """Send what is still buffered nowhere, or Python complains about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _speak_utf8(stream: IO[Any]) -> None:
    """Write UTF-8 whatever the locale: it is the encoding of JSON, and news comes in every script."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
