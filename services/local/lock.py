"""The lock of Kafka's jars: which, in which version, with which sha256; where they come from is not its business.

`python -m services.local.lock [KAFKA_VERSION]` resolves the broker anew and rewrites `kafka.lock`.
"""

import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.local.errors import LocalError

LOCK_FILE: Final = Path(__file__).with_name("kafka.lock")
KAFKA_VERSION: Final = "4.3.1"
HEADER: Final = """\
# The jars of the embedded Apache Kafka broker: group:artifact:version sha256
# Written by `python -m services.local.lock`, never by hand.
"""
_LINE: Final = re.compile(r"(?P<group>[\w.-]+):(?P<artifact>[\w.-]+):(?P<version>[\w.-]+) (?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, order=True)
class Jar:
    """One jar of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The jar's name on disk, as Maven names it."""
        return f"{self.artifact}-{self.version}.jar"

    def __str__(self) -> str:
        """Write the jar's line in the lock."""
        return f"{self.group}:{self.artifact}:{self.version} {self.sha256}"


def parse_lock(text: str, origin: str = LOCK_FILE.name) -> tuple[Jar, ...]:
    """Read a lock, in its order; blank lines and those that start with `#` are skipped.

    Raises LocalError with the file and line number for a line that is not `group:artifact:version sha256`, and for a
    lock without a single jar.
    """
    jars = tuple(
        _parse_line(line, f"{origin}, line {number}")
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    )
    if not jars:
        raise LocalError(f"{origin} names no jar: rewrite it with `python -m services.local.lock`.")
    return jars


def _parse_line(line: str, where: str) -> Jar:
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise LocalError(f"{where}: expected `group:artifact:version sha256`, found {line.strip()!r}.")
    return Jar(**match.groupdict())


def read_lock(path: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """Read the lock at `path`; raises LocalError as `parse_lock` does."""
    return parse_lock(path.read_text(encoding="utf-8"), path.name)


def sha256_of(path: Path) -> str:
    """Compute the file's sha256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolve(kafka_version: str) -> list[Jar]:
    """Ask the public Maven repository for the broker's jars and for the binding that lets the broker log at all.

    Kafka is resolved alone: with a second root beside it that one's managed versions would win and drag kafka-clients
    back to an older release. The binding is taken by itself, in the version of the log4j that Kafka resolves to.
    """
    import jgo  # noqa: PLC0415 - slow to import, and needed by this command alone
    from jgo.maven import MavenContext  # noqa: PLC0415 - the same

    lockfile = jgo.build(f"org.apache.kafka:kafka_2.13:{kafka_version}").lockfile
    locked = lockfile.dependencies if lockfile else []
    jars = [Jar(one.groupId, one.artifactId, one.version, str(one.sha256)) for one in locked]
    log4j = next(jar for jar in jars if jar.artifact == "log4j-core")
    binding = MavenContext().project(log4j.group, "log4j-slf4j-impl").at_version(log4j.version).artifact().resolve()
    return sorted([*jars, Jar(log4j.group, "log4j-slf4j-impl", log4j.version, sha256_of(binding))])


def main(kafka_version: str = KAFKA_VERSION) -> None:
    """Rewrite the lock."""
    jars = resolve(kafka_version)
    LOCK_FILE.write_text(HEADER + "".join(f"{jar}\n" for jar in jars), encoding="utf-8")
    sys.stdout.write(f"{LOCK_FILE.name}: {len(jars)} jars of Apache Kafka {kafka_version}\n")


if __name__ == "__main__":
    main(*sys.argv[1:2])
