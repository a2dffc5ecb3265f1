"""Prints alerts: one line each, which is what `chokepoint up --demo` shows."""

import asyncio
import sys
from typing import Final, TextIO

from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.channels.plain_text import one_line
from services.alert.objects import Destination


class LogChannel:
    """Writes `ALERT <severity> <headline> <link>` to standard output, or to the stream it was given."""

    in_flight: Final = 8

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, message: Message, destination: Destination) -> Outcome:  # noqa: ARG002 - a line has no address
        """Print one line."""
        stream = self._stream or sys.stdout
        try:
            await asyncio.to_thread(_write, stream, alert_line(message))
        except (OSError, ValueError) as error:
            return Outcome(OutcomeKind.RETRY, error=f"standard output cannot be written: {error}")
        return Outcome(OutcomeKind.DELIVERED)


def alert_line(message: Message) -> str:
    """Return the line, without a line break inside."""
    kind = "test" if message.test else message.alert.type.value
    return f"ALERT [{message.alert.severity.value}] {kind}: {one_line(message.alert.headline)} {message.measure_url}"


def _write(stream: TextIO, line: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
