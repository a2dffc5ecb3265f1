"""GDELT's article list: files that come when they come."""

import gzip
import json
from datetime import timedelta

import pytest

from services.ingest.sources.reader import Busy, ChangedShape
from services.runtime.failure import Transient
from tests.ingest.site import Site, reply
from tests.ingest.sources.conftest import Read
from tests.ingest.sources.stages import NOW, recorded


def file(at: str, body: bytes, site: Site) -> None:
    """Publish a file."""
    site.pages[f"/gal/{at}00.gal.json.gz"] = reply(200, gzip.compress(body))


def rows(count: int, name: str = "a") -> bytes:
    """Write a file of articles."""
    made = [{"url": f"https://{name}.example/{n}", "title": f"Title {name} {n}", "lang": "en"} for n in range(count)]
    return "\n".join(map(json.dumps, made)).encode()


async def test_articles_are_read_as_gdelt_writes_them(site: Site, read: Read) -> None:
    """Outlet, language and description are kept; an item without title or web address is not; a broken line is said."""
    file("202611240746", recorded("gal.jsonl"), site)
    fetched = await read(type="gdelt", url=site.url("/gal"))
    assert [(one["title"], one["source"]["name"], one["language"]) for one in fetched.items] == [
        ("Japan curbs exports of chip tools", "The Paper", "en"),
        ("Ausfuhr von Gallium beschränkt", "zeitung.example", "de"),
    ]
    assert fetched.items[0]["text"] == "The ministry adds six items to its control list."
    assert fetched.problems == ("202611240746: 1 lines are not JSON",)
    german = await read(type="gdelt", url=site.url("/gal"), languages=["de"])
    assert [one["language"] for one in german.items] == ["de"]


async def test_a_quarter_hour_of_2900_items_is_read_at_once(site: Site, read: Read) -> None:
    """Two files of one quarter hour come whole."""
    file("202611240746", rows(1450, "a"), site)
    file("202611240747", rows(1450, "b"), site)
    fetched = await read(type="gdelt", url=site.url("/gal"))
    assert len({one["url"] for one in fetched.items}) == 2900


async def test_a_late_file_is_found(site: Site, read: Read) -> None:
    """A file that was not there is asked for again until its quarter hour is told; none is read twice."""
    file("202611240746", rows(2, "a"), site)
    first = await read(type="gdelt", url=site.url("/gal"))
    file("202611240748", rows(3, "late"), site)
    second = await read(first.validators, type="gdelt", url=site.url("/gal"), now=NOW + timedelta(minutes=5))
    third = await read(second.validators, type="gdelt", url=site.url("/gal"), now=NOW + timedelta(minutes=6))
    assert [len(one.items) for one in (first, second, third)] == [2, 3, 0]
    assert third.unchanged
    asked = len(site.asked)
    await read(third.validators, type="gdelt", url=site.url("/gal"), now=NOW + timedelta(minutes=40))
    assert not any("20261124074" in path for path, _ in site.asked[asked:])


async def test_a_missing_quarter_hour_is_said_and_the_next_goes_on(site: Site, read: Read) -> None:
    """A quarter hour without a file for two hours is given up with a line that names it."""
    file("202611240746", rows(1), site)
    first = await read(type="gdelt", url=site.url("/gal"))
    later = NOW + timedelta(hours=2, minutes=1)
    file("202611240816", rows(1, "b"), site)
    second = await read(first.validators, type="gdelt", url=site.url("/gal"), now=later)
    assert len(second.items) == 1
    assert second.problems == ("no file came for the quarter hour of 2026-11-24 08:00 UTC",)


async def test_after_an_outage_the_gap_is_filled(site: Site, read: Read) -> None:
    """After hours without a poll every file of them is read, oldest first, a few at a time."""
    first = await read(type="gdelt", url=site.url("/gal"))
    quarters = [f"202611240{8 + n // 4}{n % 4 * 15 + 1:02}" for n in range(8)]
    for quarter in quarters:
        file(quarter, rows(1, quarter), site)
    found: list[str] = []
    validators = first.validators
    for _ in range(4):
        fetched = await read(validators, type="gdelt", url=site.url("/gal"), now=NOW + timedelta(hours=1, minutes=59))
        found += [one["url"] for one in fetched.items]
        assert len(fetched.items) <= 4
        validators = fetched.validators
    assert found == [f"https://{quarter}.example/0" for quarter in quarters]


async def test_what_fails_midway_is_tried_again(site: Site, read: Read) -> None:
    """What was read before a failure is kept; the rest comes with the next reading; a first failure is the source's."""
    file("202611240746", rows(1, "a"), site)
    site.pages["/gal/20261124074700.gal.json.gz"] = reply(429, retry_after="60")
    first = await read(type="gdelt", url=site.url("/gal"))
    assert (len(first.items), len(first.problems)) == (1, 1)
    with pytest.raises(Busy):
        await read(first.validators, type="gdelt", url=site.url("/gal"))
    file("202611240747", rows(1, "b"), site)
    assert len((await read(first.validators, type="gdelt", url=site.url("/gal"))).items) == 1
    site.pages["/gal/20261124074500.gal.json.gz"] = reply(500)
    with pytest.raises(Transient):
        await read(type="gdelt", url=site.url("/gal"))
    file("202611240745", b"<html>", site)
    with pytest.raises(ChangedShape):
        await read(type="gdelt", url=site.url("/gal"))
