"""Open what a command was given: files, `-` or a pipe; say each broken line and remember that there was one."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import click

from services.cli.articles import Entry, GivenArticle, read_articles
from services.cli.errors import Failed, SomeFailed, say

STDIN = "standard input"


@contextmanager
def opened(file: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open a file, or standard input for `-`; gives the bytes and the name to use in messages."""
    if file == "-":
        yield sys.stdin.buffer, STDIN
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise Failed(f"{file}: {error.strerror or error}") from None
    with stream:
        yield stream, file


@dataclass(slots=True)
class Articles:
    """The articles of some files, in order; each broken line is said when it comes."""

    files: tuple[str, ...]
    broken: int = 0
    place: str = ""
    """Where the article stands that was given last: file and line."""

    def __iter__(self) -> Iterator[GivenArticle]:
        for file in self.files:
            with opened(file) as (stream, name):
                yield from self._good(read_articles(stream, name), name)

    def total(self) -> int | None:
        """Return about how many articles there are: the lines of the files; None where one is a pipe."""
        if not all(Path(file).is_file() for file in self.files):
            return None
        return sum(_lines(Path(file)) for file in self.files)

    def _good(self, entries: Iterable[Entry], name: str) -> Iterator[GivenArticle]:
        for entry in entries:
            self.place = f"{name}, line {entry.line}"
            if entry.article is None:
                self.complain(self.place, entry.problem)
            else:
                yield entry.article

    def complain(self, place: str, problem: str) -> None:
        """Say what is wrong with one article, and fail in the end."""
        self.broken += 1
        say(f"{place}: {problem}")

    def finish(self) -> None:
        """Fail when any line was broken; each is said already."""
        if self.broken:
            raise SomeFailed


def _lines(file: Path) -> int:
    with file.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))


def file_or_pipe(file: str | None) -> str:
    """Return what to read; a bare command reads its pipe, and at a terminal it is told what to give."""
    if file is None and sys.stdin.isatty():
        raise click.UsageError("give a FILE, or `-` and an article on standard input.")
    return file or "-"
