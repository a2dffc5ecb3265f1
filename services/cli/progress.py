"""How far a long command is, on standard error, for people at a terminal only."""

import sys
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")
EVERY_SECONDS = 0.2


BAR = 30
"""Characters of a whole bar."""


def counted(things: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Pass things through and show their number; silent where the output itself scrolls over the terminal.

    With a `total` a bar shows how much is done and how long the rest will take.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from things
        return
    begun = shown = time.monotonic()
    count = 0
    for count, thing in enumerate(things, start=1):
        yield thing
        if time.monotonic() - shown > EVERY_SECONDS:
            shown = time.monotonic()
            sys.stderr.write(f"\r\x1b[K{_line(count, what, total, shown - begun)}")
            sys.stderr.flush()
    sys.stderr.write(f"\r\x1b[K{count:,} {what}\n")


def _line(count: int, what: str, total: int | None, seconds: float) -> str:
    if not total or count > total:
        return f"{count:,} {what}"
    share = count / total
    left = timedelta(seconds=round(seconds / share - seconds))
    bar = "█" * round(BAR * share)
    return f"{bar:░<{BAR}} {share:4.0%} {count:,} of {total:,} {what}, {left} left"
