"""The process that takes pages apart: real, killed when it is stuck, started again."""

import sys

import pytest

from services.ingest.pages.extractor import Extractor
from services.ingest.pages.page_text import PageKind
from services.runtime.failure import Permanent, Transient

STUCK = """
import json, sys, time
print('{"ready": true}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    while "stuck" in asked["html"] and (not asked["quick"] or "always" in asked["html"]):
        time.sleep(60)
    if "dies" in asked["html"]:
        sys.exit(1)
    print(json.dumps({"kind": "article", "text": f"quick={asked['quick']}", "published_at": None}), flush=True)
"""
PAGE = f"<article><p>{'The ministry restricts exports of gallium from December on. ' * 8}</p></article>"


async def test_a_page_is_taken_apart_in_another_process() -> None:
    """Two pages by one process; after it was ended, another one is started."""
    extractor = Extractor(limit_seconds=60)
    first = await extractor.read(PAGE)
    process = extractor._process
    await extractor.read(PAGE)
    assert (first.kind, extractor._process) == (PageKind.ARTICLE, process)
    await extractor.stop()
    assert (await extractor.read(PAGE)).text == first.text
    await extractor.stop()


async def test_a_page_that_takes_too_long_is_read_quickly() -> None:
    """A stuck process is killed at the limit and the page read the quick way; the next page is read as ever."""
    extractor = Extractor(limit_seconds=1, command=(sys.executable, "-c", STUCK))
    assert (await extractor.read("stuck")).text == "quick=True"
    assert (await extractor.read("fine")).text == "quick=False"
    await extractor.stop()


@pytest.mark.parametrize("html", ["stuck always", "dies"])
async def test_a_page_that_nothing_reads_is_put_aside(html: str) -> None:
    """A page that sticks or kills the process twice is refused in one line, and the next one is read."""
    extractor = Extractor(limit_seconds=1, command=(sys.executable, "-c", STUCK))
    with pytest.raises(Permanent, match="within 1 s"):
        await extractor.read(html)
    assert (await extractor.read("fine")).text == "quick=False"
    await extractor.stop()


async def test_a_process_that_does_not_start_is_waited_for() -> None:
    """Where no process can be had, the page is tried later."""
    with pytest.raises(Transient, match="does not start"):
        await Extractor(command=(sys.executable, "-c", "raise SystemExit(3)")).read(PAGE)


async def test_no_secret_goes_to_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that reads what strangers wrote knows none of our settings."""
    monkeypatch.setenv("CHOKEPOINT_API__TOKEN", "s3cret")
    tell = "import json, os; print('{}'); input(); print(json.dumps({'kind': 'article', 'published_at': None, "
    tell += "'text': str(sorted(os.environ))}))"
    extractor = Extractor(limit_seconds=20, command=(sys.executable, "-c", tell))
    assert "TOKEN" not in (await extractor.read("x")).text
    await extractor.stop()
