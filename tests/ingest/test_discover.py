"""What a site publishes for programs, found and tried, on a real site on loopback."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from services.ingest.discover import alternates, discover, name_of
from services.ingest.sources.reader import Reach
from services.ingest.spec import SourceType
from services.runtime.egress import guarded_client
from services.runtime.failure import Permanent
from tests.ingest.feeds import FORMATS, Entry, rss
from tests.ingest.site import Site, reply
from tests.ingest.sources.stages import sitemap

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOME = b"""<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/all.rss">
<link rel="alternate" type="application/atom+xml" href="https://[broken"><link rel="alternate" hreflang="de" href="/de">
<link rel="ALTERNATE home" type="Application/RSS+XML" href="gone.xml"></head><body>News</body></html>"""


@pytest_asyncio.fixture
async def reach(tmp_path: Path) -> AsyncIterator[Reach]:
    """Give the means to reach it."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:
        yield Reach(client, allow_private=True, inbox=tmp_path, now=NOW)


async def test_what_a_page_and_robots_name_is_tried(site: Site, reach: Reach) -> None:
    """Feeds of the head and news sitemaps of robots.txt are read; what cannot be is named last, with the reason."""
    site.pages |= {
        "/": reply(200, HOME, content_type="text/html"),
        "/all.rss": reply(200, rss([Entry(1), Entry(2)])),
        "/robots.txt": reply(200, f"Sitemap: {site.url('/news.xml')}\nSitemap: {site.url('/all.xml')}".encode()),
        "/news.xml": reply(200, sitemap([Entry(3)])),
    }
    found = await discover(site.url("/"), reach)
    told = [(one.spec.type.value, one.spec.url, len(one.items), one.problem is None) for one in found]
    assert told == [
        ("feed", site.url("/all.rss"), 2, True),
        ("sitemap", site.url("/news.xml"), 1, True),
        ("feed", site.url("/gone.xml"), 0, False),
    ]
    assert found[0].items[0]["url"] == Entry(2).url
    assert "404" in (found[2].problem or "")


async def test_usual_places_are_asked_where_a_site_names_none(site: Site, reach: Reach) -> None:
    """A site without a word about feeds is asked at the places where many keep them."""
    site.pages |= {"/": reply(200, b"<html>News</html>"), "/rss.xml": reply(200, rss([Entry(1)]))}
    found = await discover(site.url("/"), reach)
    assert found[0].spec.url == site.url("/rss.xml")
    assert all(one.problem for one in found[1:])


@pytest.mark.parametrize("name", FORMATS)
async def test_the_address_of_a_feed_is_that_feed(site: Site, reach: Reach, name: str) -> None:
    """Whoever gives a feed's own address gets that feed, whatever its format, and nothing else is asked."""
    site.pages["/f"] = reply(200, FORMATS[name]([Entry(1)]))
    [one] = await discover(site.url("/f"), reach)
    assert (one.spec.type, len(one.items)) == (SourceType.FEED, 1)
    assert {path for path, _ in site.asked} == {"/f"}


async def test_a_site_that_is_not_there_is_said(site: Site, reach: Reach) -> None:
    """The address itself must answer."""
    with pytest.raises(Permanent, match="404"):
        await discover(site.url("/nothing"), reach)


def test_only_feeds_with_an_address_count() -> None:
    """Other languages of a page and broken links are no feeds."""
    assert alternates(HOME.decode(), "https://a.example/x/") == [
        "https://a.example/all.rss",
        "https://a.example/x/gone.xml",
    ]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.news.example/rss.xml", "news-example"),
        ("https://feeds.news.example/economy/rss.xml?x=1", "feeds-news-example-economy"),
        ("https://новости.example/лента", "example"),
        ("https://news.example/" + "a/" * 200, "news-example-" + ("a-" * 44)[:-1]),
    ],
)
def test_a_source_is_named_after_its_address(url: str, name: str) -> None:
    """The id says whose it is, without the words that every feed has."""
    assert name_of(url) == name
