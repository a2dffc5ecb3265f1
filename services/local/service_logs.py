"""The services' logs: kept apart per start, and followed for what a person at the terminal should see."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

KEPT: Final = 5
ALERT_PREFIX: Final = "ALERT "
_SHOWN_LEVELS: Final = ("warning", "error", "critical")
_FRAME: Final = ("event", "level", "logger", "service", "timestamp", "exception", "stack", "trace_id", "span_id")
"""What is not repeated among an event's details."""


def rotate(log: Path, kept: int = KEPT) -> None:
    """Make way for a new log: `x.log` becomes `x.log.1` and so on; with the new one `kept` stay."""
    older = [log, *(log.with_name(f"{log.name}.{number}") for number in range(1, kept))]
    for newer, old in reversed(list(pairwise(older))):
        if newer.exists():
            newer.replace(old)


class Tail:
    """Follows one log from where it ends now; every whole line once."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._position = log.stat().st_size if log.exists() else 0
        self._rest = b""

    def lines(self) -> Iterator[str]:
        """Give the lines that came since the last call."""
        if not self._log.exists():
            return
        with self._log.open("rb") as file:
            file.seek(self._position)
            new = file.read()
        self._position += len(new)
        *whole, self._rest = (self._rest + new).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Shown:
    """A line for a person; `kind` is what counts as the same again, None for what is always shown."""

    text: str
    kind: str | None = None


def line_to_show(service: str, line: str) -> Shown | None:
    """Decide what a person sees of a service's line: alerts, warnings and errors in one line, of others None."""
    if line.startswith(ALERT_PREFIX):
        return Shown(line)
    event = _event(line)
    if event is None or event.get("level") not in _SHOWN_LEVELS:
        return None
    kind = f"{service} {event['level']}: {event.get('event')}"
    details = " ".join(f"{name}={value}" for name, value in _details(event))
    return Shown(f"{kind} {details}".rstrip(), kind)


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


def _details(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in event.items():
        if name not in _FRAME:
            yield name, " ".join(str(value).split())
    if error := event.get("exception"):
        yield "error", _last_error(error)


def _last_error(exception: Any) -> str:
    """Name the error of a structured traceback, or the last line of one that is text."""
    if isinstance(exception, list) and exception and isinstance(exception[0], dict):
        return f"{exception[0].get('exc_type')}: {exception[0].get('exc_value')}"
    return str(exception).strip().rpartition("\n")[2]


def last_words(log: Path) -> str:
    """Return the last line a program wrote, as a person reads it; empty when it wrote nothing."""
    written = [line for line in end_of(log).splitlines() if line.strip()]
    if not written:
        return ""
    shown = line_to_show(log.stem, written[-1])
    return shown.text if shown else written[-1].removeprefix("chokepoint: ")


def end_of(log: Path, size: int = 16_384) -> str:
    """Read at most the last `size` bytes of a log; empty when there is none."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - size, 0))
        return file.read().decode("utf-8", errors="replace")
