"""News sitemaps as sites publish them."""

import gzip

import pytest

from services.ingest.sources.reader import ChangedShape
from services.runtime.failure import Permanent, Transient
from tests.ingest.feeds import Entry
from tests.ingest.site import Site, reply
from tests.ingest.sources.conftest import Read
from tests.ingest.sources.stages import recorded, sitemap

PATH = "/sitemap.xml"


def index(site: Site, *parts: tuple[str, str]) -> bytes:
    """Write an index of parts with their dates."""
    rows = "".join(f"<sitemap><loc>{site.url(path)}</loc><lastmod>{at}</lastmod></sitemap>" for path, at in parts)
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</sitemapindex>".encode()


async def test_a_news_sitemap_is_read(site: Site, read: Read) -> None:
    """Title, address, date and language of each news entry; an entry without a title is no article."""
    site.pages[PATH] = reply(200, recorded("news-sitemap.xml"))
    [item] = (await read(type="sitemap", url=site.url(PATH))).items
    assert item == {
        "title": "日本擴大半導體設備出口管制 & 影響",
        "url": "https://www.chinatimes.com/realtimenews/20261124000001-260408",
        "published_at": "2026-11-24T15:00:00+08:00",
        "language": "zh-tw",
    }


async def test_only_changed_parts_of_an_index_are_asked_for(site: Site, read: Read) -> None:
    """Of an index the parts whose date changed are read, five at a time, until none is left."""
    for number in range(9):
        site.pages[f"/news-{number}.xml"] = reply(200, sitemap([Entry(number)]))
    parts = [(f"/news-{number}.xml", f"2026-11-1{number}") for number in range(9)]
    site.pages[PATH] = reply(200, index(site, *parts))
    first = await read(type="sitemap", url=site.url(PATH))
    assert [path for path, _ in site.asked[1:]] == [f"/news-{number}.xml" for number in (8, 7, 6, 5, 4)]
    assert len(first.items) == 5
    changed = [(path, "2026-11-20" if path != "/news-1.xml" else at) for path, at in parts]
    site.pages[PATH] = reply(200, index(site, *changed))
    second = await read(first.validators, type="sitemap", url=site.url(PATH))
    third = await read(second.validators, type="sitemap", url=site.url(PATH))
    fourth = await read(third.validators, type="sitemap", url=site.url(PATH))
    assert (len(second.items), len(third.items), fourth.unchanged) == (5, 3, True)


async def test_a_part_that_is_gone_does_not_hold_up_the_others(site: Site, read: Read) -> None:
    """A part that cannot be read is named and tried again; where none can, the source fails."""
    site.pages["/news-1.xml"] = reply(200, gzip.compress(sitemap([Entry(1)])))
    site.pages[PATH] = reply(200, index(site, ("/news-1.xml", "2026-11-01"), ("/news-2.xml", "2026-11-02")))
    fetched = await read(type="sitemap", url=site.url(PATH))
    assert (len(fetched.items), len(fetched.problems)) == (1, 1)
    assert "404" in fetched.problems[0]
    site.pages["/news-2.xml"] = reply(200, sitemap([Entry(2)]))
    again = await read(fetched.validators, type="sitemap", url=site.url(PATH))
    assert [one["url"] for one in again.items] == [Entry(2).url]
    assert (await read(again.validators, type="sitemap", url=site.url(PATH))).unchanged
    del site.pages["/news-2.xml"]
    del site.pages["/news-1.xml"]
    with pytest.raises(Transient, match="404"):
        await read(type="sitemap", url=site.url(PATH))


async def test_a_part_without_a_date_is_read_each_time(site: Site, read: Read) -> None:
    """Where an index does not say when a part changed, the part itself is looked at, however still the index is."""
    site.pages[PATH] = reply(200, index(site, ("/news.xml", "")).replace(b"<lastmod></lastmod>", b""))
    site.pages["/news.xml"] = reply(200, sitemap([Entry(1)]))
    first = await read(type="sitemap", url=site.url(PATH))
    site.pages["/news.xml"] = reply(200, sitemap([Entry(1), Entry(2)]))
    second = await read(first.validators, type="sitemap", url=site.url(PATH))
    assert [one["url"] for one in second.items] == [Entry(1).url, Entry(2).url]


async def test_the_archive_of_an_index_is_left_alone(site: Site, read: Read) -> None:
    """Of an index of thousands of parts the newest two hundred are watched, and nothing older is ever asked for."""
    parts = [(f"/part-{n:04}.xml", f"{1000 + n}-01-01") for n in range(1000)]
    for path, _ in parts:
        site.pages[path] = reply(200, sitemap([Entry(1)]))
    site.pages[PATH] = reply(200, index(site, *parts))
    fetched = await read(type="sitemap", url=site.url(PATH))
    again = await read(fetched.validators, type="sitemap", url=site.url(PATH))
    assert again.unchanged
    assert [path for path, _ in site.asked[1:6]] == [f"/part-{n:04}.xml" for n in range(999, 994, -1)]
    assert len(site.asked) == 7


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (b"<html><body>moved</body></html>", ChangedShape, "not a sitemap but <html>"),
        (b"<urlset><url><loc>https://a.example/</loc></url></urlset>", ChangedShape, "no titles"),
        (b"nothing of the kind", ChangedShape, "not XML"),
        (b"<urlset><url><loc>https://a.ex", Transient, "breaks off"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><urlset><url>&b;</url></urlset>", ChangedShape, "DOCTYPE"),
    ],
)
async def test_what_is_no_sitemap_is_said(
    site: Site, read: Read, body: bytes, error: type[Exception], says: str
) -> None:
    """Anything else is refused in one line, and an entity is not unfolded."""
    site.pages[PATH] = reply(200, body)
    with pytest.raises(error, match=says):
        await read(type="sitemap", url=site.url(PATH))


async def test_a_packed_bomb_is_not_unpacked(site: Site, read: Read) -> None:
    """A gzip file that would unpack to more than 50 MB is refused."""
    site.pages[PATH] = reply(200, gzip.compress(b"<urlset>" + b" " * 60 * 1024 * 1024))
    with pytest.raises(Permanent, match="unpacks to more"):
        await read(type="sitemap", url=site.url(PATH))
