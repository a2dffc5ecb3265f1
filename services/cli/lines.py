"""Lines of a file or pipe, one at a time and never more than a bound in memory."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

MAX_LINE_BYTES: Final = 10_000_000
"""What ingest takes in one request; a longer line could never be handed in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its number, counted from 1; `content` is None where it was too long to be read."""

    number: int
    content: bytes | None

    @property
    def blank(self) -> bool:
        """Whether there is nothing on it."""
        return self.content is not None and not self.content.strip()


def read_lines(stream: BinaryIO, max_bytes: int = MAX_LINE_BYTES) -> Iterator[Line]:
    """Give each line, without its break; the rest of one that is too long is passed over."""
    for number in itertools.count(1):
        raw = stream.readline(max_bytes + 1)
        if not raw:
            return
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")  # the byte order mark that some editors put before UTF-8
        if len(raw) > max_bytes and not raw.endswith(b"\n"):
            _pass_over(stream)
            yield Line(number, None)
        else:
            yield Line(number, raw.rstrip(b"\r\n"))


def _pass_over(stream: BinaryIO) -> None:
    while (chunk := stream.readline(65536)) and not chunk.endswith(b"\n"):
        pass
