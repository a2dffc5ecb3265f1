"""How far a long command is, on standard error, for people at a terminal only."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
EVERY_SECONDS = 0.2


def counted(things: Iterable[T], what: str) -> Iterator[T]:
    """Pass things through and show their number; silent where the output itself scrolls over the terminal."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from things
        return
    shown = time.monotonic()
    count = 0
    for count, thing in enumerate(things, start=1):
        yield thing
        if time.monotonic() - shown > EVERY_SECONDS:
            shown = time.monotonic()
            sys.stderr.write(f"\r{count:,} {what}")
            sys.stderr.flush()
    sys.stderr.write(f"\r{count:,} {what}\n")
