"""How a command says that it failed: one line that says what, where and what to do."""

from typing import IO, Any, Final

import click

LONGEST: Final = 600
"""Characters of a line; what is longer says no more to a reader."""


class Failed(click.ClickException):
    """The command failed: its message is the one line, the exit code is 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line to standard error."""
        say(self.format_message(), file)


class SomeFailed(Failed):
    """Part of the input failed and each failure is said already: exit 1 and say no more."""

    def __init__(self) -> None:
        super().__init__("")

    def show(self, file: IO[Any] | None = None) -> None:
        """Say nothing more."""


def one_line(text: object) -> str:
    """Return the text on one line, cut where it gets too long, without characters that would steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def say(message: str, file: IO[Any] | None = None) -> None:
    """Print one line of the program's own to standard error."""
    click.echo(f"chokepoint: {one_line(message)}", file=file, err=file is None)
