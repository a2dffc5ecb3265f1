"""Kafka's jars on disk."""

import hashlib
from pathlib import Path

import pytest

from services.local.artifacts import ensure_jars
from services.local.errors import LocalError
from services.local.lock import Jar


def jar(name: str, content: bytes) -> Jar:
    """Lock a jar with this content."""
    return Jar("org.example", name, "1", hashlib.sha256(content).hexdigest())


class Shelf:
    """A repository in memory: what it gives for each artifact, and how often it was asked."""

    def __init__(self, content: dict[str, bytes], failures: int = 0) -> None:
        self.content, self.failures, self.asked = content, failures, 0

    def __call__(self, wanted: Jar, folder: Path) -> Path:
        """Write the jar into the folder, as a download does."""
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise OSError("connection reset")
        folder.mkdir(parents=True)
        path = folder / wanted.file_name
        path.write_bytes(self.content[wanted.artifact])
        return path


async def test_jars_are_fetched_once(tmp_path: Path) -> None:
    """All are there in the lock's order, progress counts up to all, and a second start asks for nothing."""
    content = {f"jar{number}": bytes(100 + number) for number in range(20)}
    jars, shelf = [jar(name, data) for name, data in content.items()], Shelf(content)
    seen: list[tuple[int, int, int]] = []
    paths = await ensure_jars(tmp_path, jars=jars, fetch=shelf, progress=lambda *step: seen.append(step))
    assert [path.read_bytes() for path in paths] == list(content.values())
    assert [step[:2] for step in seen] == [(number, 20) for number in range(1, 21)]
    assert seen[-1][2] == sum(map(len, content.values()))
    assert await ensure_jars(tmp_path, jars=jars, fetch=shelf) == paths
    assert shelf.asked == 20
    assert sorted(tmp_path.iterdir()) == sorted(paths)


async def test_a_jar_with_other_bytes_is_refused_and_deleted(tmp_path: Path) -> None:
    """The message names the jar, what was expected and what came; nothing of it stays."""
    good, bad = jar("good", b"good"), jar("bad", b"what was promised")
    found = hashlib.sha256(b"what came").hexdigest()
    with pytest.raises(LocalError, match=rf"bad-1\.jar: expected sha256 {bad.sha256}, found {found}") as caught:
        await ensure_jars(tmp_path, jars=[good, bad], fetch=Shelf({"good": b"good", "bad": b"what came"}))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / bad.file_name).exists()


async def test_a_jar_spoilt_on_disk_is_fetched_again(tmp_path: Path) -> None:
    """Only the spoilt one is asked for, and the progress counts from those that are whole."""
    jars, shelf = [jar("one", b"1"), jar("two", b"2")], Shelf({"one": b"1", "two": b"2"})
    paths = await ensure_jars(tmp_path, jars=jars, fetch=shelf)
    paths[1].write_bytes(b"spoilt")
    seen: list[tuple[int, int, int]] = []
    await ensure_jars(tmp_path, jars=jars, fetch=shelf, progress=lambda *step: seen.append(step))
    assert paths[1].read_bytes() == b"2"
    assert (shelf.asked, seen) == (3, [(2, 2, 1)])


async def test_a_failing_download_is_tried_three_times(tmp_path: Path) -> None:
    """Two failures are forgiven; the third is told in one line with its reason."""
    one = jar("one", b"1")
    await ensure_jars(tmp_path / "a", jars=[one], fetch=Shelf({"one": b"1"}, failures=2))
    with pytest.raises(LocalError, match=r"one-1\.jar could not be downloaded: connection reset"):
        await ensure_jars(tmp_path / "b", jars=[one], fetch=Shelf({"one": b"1"}, failures=3))
    assert list((tmp_path / "b").iterdir()) == []
