"""Why the broker ended, from what it wrote. Pure text, no file touched."""

import re
from typing import Final

LONGEST: Final = 300
_EXCEPTION: Final = re.compile(r"^(?:Caused by: )?[\w.$]+(?:Exception|Error): (?P<text>.+)$", re.MULTILINE)
_ERROR_LINE: Final = re.compile(r"^\S+ (?:ERROR|FATAL) (?P<text>.+) \(\S+\)$", re.MULTILINE)


def reason(log: str, console: str) -> str:
    """Find the cause: the last exception in the broker's log, else its last error, else what Java itself printed.

    Both texts are the ends of the files; returns one line, empty when nothing tells.
    """
    for pattern in (_EXCEPTION, _ERROR_LINE):
        if found := list(pattern.finditer(log)):
            return found[-1]["text"][:LONGEST]
    printed = [line for line in console.splitlines() if line.strip()]
    return printed[-1].strip()[:LONGEST] if printed else ""
