"""The lock of Kafka's jars."""

import re

import pytest

from services.local.errors import LocalError
from services.local.lock import HEADER, LOCK_FILE, Jar, parse_lock, read_lock

SHA = "0123456789abcdef" * 4


def test_a_lock_is_read_as_it_is_written() -> None:
    """A jar's line read again is the jar; comments and blank lines do not count."""
    jar = Jar("org.example", "some-thing_2.13", "1.0.0-rc1", SHA)
    assert parse_lock(f"{HEADER}\n{jar}\n\n") == (jar,)
    assert jar.file_name == "some-thing_2.13-1.0.0-rc1.jar"


@pytest.mark.parametrize(
    "line",
    [
        f"org.example:thing {SHA}",
        f"org.example:thing:1 {SHA[:-1]}",
        f"org.example:thing:1 {SHA.upper()}",
        "org.example:thing:1",
        f"org.example:thing:1 {SHA} extra",
        f"https://repo.example/thing.jar {SHA}",
        f"org.example:../thing:1 {SHA}",
    ],
)
def test_a_line_that_is_no_jar_is_named(line: str) -> None:
    """File, line number and the line itself are in the message."""
    with pytest.raises(LocalError, match=re.escape("my.lock, line 2")) as caught:
        parse_lock(f"# comment\n{line}\n", "my.lock")
    assert line in str(caught.value)


def test_a_lock_without_jars_is_refused() -> None:
    """An emptied lock would otherwise start Java on nothing."""
    with pytest.raises(LocalError, match="names no jar"):
        parse_lock("# nothing\n")


def test_our_lock_is_whole_and_names_no_address() -> None:
    """Kafka, its client and the logging binding are in it, each artifact once, in the order the command writes."""
    jars = read_lock()
    names = {jar.artifact: jar.version for jar in jars}
    assert len(names) == len(jars)
    assert names["kafka_2.13"] == names["kafka-clients"] == "4.3.1"
    assert names["log4j-slf4j-impl"] == names["log4j-core"]
    assert list(jars) == sorted(jars)
    assert "://" not in LOCK_FILE.read_text()
