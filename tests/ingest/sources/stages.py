"""Each kind of source with what it reads, set up for the contract suite."""

import gzip
import json
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from services.ingest.sources.federal_register import query
from services.ingest.sources.sanctions_formats import Entry as Listed
from services.ingest.sources.sanctions_list import pack
from services.ingest.spec import SourceSpec, read_spec
from tests.ingest.feeds import FORMATS, Entry
from tests.ingest.site import Site, reply

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(hours=1)).timestamp()


@dataclass
class Stage(ABC):
    """One source with what it reads."""

    site: Site
    inbox: Path
    entries: list[Entry] = field(default_factory=list)

    @property
    @abstractmethod
    def spec(self) -> SourceSpec:
        """The source."""

    @abstractmethod
    def show(self, entry: Entry) -> None:
        """Let the source list one more article."""

    def vanish(self) -> None:
        """Take away what the source reads."""
        self.site.pages.clear()

    def expected(self, entry: Entry) -> tuple[str, str, str | None, str]:
        """Return title, text, address and date of an article as this kind gives it."""
        return entry.title, entry.text, entry.url, entry.at

    async def recall(self) -> bytes | None:
        """Return what the source kept of an earlier reading."""
        return None


class FeedStage(Stage):
    """A feed of one format."""

    format = "rss"

    @property
    def spec(self) -> SourceSpec:
        """A feed on the test's site."""
        return read_spec({"id": "s", "type": "feed", "url": self.site.url("/feed")})

    def show(self, entry: Entry) -> None:
        """Publish the feed with one entry more."""
        self.entries.append(entry)
        self.site.pages["/feed"] = reply(200, FORMATS[self.format](self.entries))


class AtomStage(FeedStage):
    """The same in Atom."""

    format = "atom"


class RdfStage(FeedStage):
    """The same in RSS 1.0."""

    format = "rdf"


class JsonFeedStage(FeedStage):
    """The same in JSON Feed."""

    format = "json"


def sitemap(entries: list[Entry]) -> bytes:
    """Write a news sitemap."""
    rows = "".join(
        f"<url><loc>{one.url}</loc><news:news><news:publication><news:name>T</news:name><news:language>en"
        f"</news:language></news:publication><news:publication_date>{one.at}</news:publication_date>"
        f"<news:title>{escape(one.title)}</news:title></news:news></url>"
        for one in entries
    )
    names = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    return f"<urlset {names}>{rows}</urlset>".encode()


class SitemapStage(Stage):
    """A news sitemap."""

    @property
    def spec(self) -> SourceSpec:
        """A sitemap on the test's site."""
        return read_spec({"id": "s", "type": "sitemap", "url": self.site.url("/news-sitemap.xml")})

    def show(self, entry: Entry) -> None:
        """Publish the sitemap with one entry more."""
        self.entries.append(entry)
        self.site.pages["/news-sitemap.xml"] = reply(200, sitemap(self.entries))

    def expected(self, entry: Entry) -> tuple[str, str, str | None, str]:
        """Return the entry without a text: sitemaps have none."""
        return entry.title, "", entry.url, entry.at


class SitemapIndexStage(SitemapStage):
    """An index with a packed part for each article."""

    def show(self, entry: Entry) -> None:
        """Publish a part more and the index that names it."""
        self.entries.append(entry)
        path = f"/news-{entry.number}.xml.gz"
        self.site.pages[path] = reply(200, gzip.compress(sitemap([entry])), content_type="application/gzip")
        rows = "".join(
            f"<sitemap><loc>{self.site.url(f'/news-{one.number}.xml.gz')}</loc><lastmod>{one.at}</lastmod></sitemap>"
            for one in self.entries
        )
        index = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</sitemapindex>"
        self.site.pages["/news-sitemap.xml"] = reply(200, index.encode())


class GdeltStage(Stage):
    """A file for each article, in the first minutes of the last quarter hour."""

    @property
    def spec(self) -> SourceSpec:
        """The article list on the test's site."""
        return read_spec({"id": "s", "type": "gdelt", "url": self.site.url("/gal")})

    def show(self, entry: Entry) -> None:
        """Publish one more file."""
        self.entries.append(entry)
        row = {"date": entry.at, "url": entry.url, "title": entry.title, "desc": entry.text, "lang": "en"}
        path = f"/gal/2026112407{45 + entry.number}00.gal.json.gz"
        self.site.pages[path] = reply(200, gzip.compress(json.dumps(row).encode()))

    def vanish(self) -> None:
        """Refuse the next file: one that is not there is nothing unusual."""
        self.site.pages = {"/gal/20261124074500.gal.json.gz": reply(403)}


class FederalRegisterStage(Stage):
    """A query of the API."""

    @property
    def spec(self) -> SourceSpec:
        """The documents of one agency."""
        url = self.site.url("/api/v1/documents.json?conditions[agencies][]=industry-and-security-bureau")
        return read_spec({"id": "s", "type": "federal-register", "url": url})

    def show(self, entry: Entry) -> None:
        """Print one more document."""
        self.entries.append(entry)
        rows = [
            {
                "title": one.title,
                "abstract": one.text,
                "document_number": f"2026-{one.number}",
                "html_url": one.url,
                "publication_date": one.at[:10],
                "agencies": [],
            }
            for one in reversed(self.entries)
        ]
        path = query(self.spec.url or "").removeprefix(self.site.address)
        self.site.pages[path] = reply(200, json.dumps({"count": len(rows), "results": rows}).encode())

    def expected(self, entry: Entry) -> tuple[str, str, str | None, str]:
        """Return the entry with its day: a gazette has no hours."""
        return entry.title, entry.text, entry.url, f"{entry.at[:10]}T00:00:00Z"


class JsonListStage(Stage):
    """A list in JSON, with a page for each article."""

    select: dict[str, str] = {  # noqa: RUF012 - never changed
        "items": "data.list",
        "title": "name",
        "url": "link",
        "date": "day",
        "page": "div.text",
    }

    @property
    def spec(self) -> SourceSpec:
        """A list on the test's site."""
        return read_spec({"id": "s", "type": "json-list", "url": self.site.url("/list.json"), "select": self.select})

    def show(self, entry: Entry) -> None:
        """List one more article and publish its page."""
        self.entries.append(entry)
        rows = [{"name": one.title, "link": f"/act/{one.number}", "day": one.at} for one in reversed(self.entries)]
        self.site.pages["/list.json"] = reply(200, json.dumps({"data": {"list": rows}}).encode())
        page = f"<nav>menu</nav><div class='text'><p>{entry.text}</p></div><footer>imprint</footer>"
        self.site.pages[f"/act/{entry.number}"] = reply(200, page.encode(), content_type="text/html")

    def expected(self, entry: Entry) -> tuple[str, str, str | None, str]:
        """Return the entry with its address on the test's site."""
        return entry.title, entry.text, self.site.url(f"/act/{entry.number}"), entry.at


class PageStage(Stage):
    """A page that lists articles."""

    @property
    def spec(self) -> SourceSpec:
        """A page on the test's site."""
        select = {"items": "ul.news > li", "title": "a", "date": "time", "text": "p"}
        return read_spec({"id": "s", "type": "page", "url": self.site.url("/news"), "select": select})

    def show(self, entry: Entry) -> None:
        """Put one more article on the page, above the others."""
        self.entries.append(entry)
        rows = "".join(
            f"<li><a href='{one.url}'>{escape(one.title)}</a><time datetime='{one.at}'>then</time>"
            f"<p>{one.text}</p></li>"
            for one in reversed(self.entries)
        )
        page = f"<html><body><ul class='menu'><li>Home</li></ul><ul class='news'>{rows}</ul></body></html>"
        self.site.pages["/news"] = reply(200, page.encode(), content_type="text/html; charset=utf-8")


class SanctionsListStage(Stage):
    """A list of which a version without any of the entries was kept: each entry is a change."""

    @property
    def spec(self) -> SourceSpec:
        """A list on the test's site."""
        return read_spec({"id": "s", "type": "sanctions-list", "url": self.site.url("/sdn.xml")})

    def show(self, entry: Entry) -> None:
        """Publish a version with one entry more, each under a regime of its own."""
        self.entries.append(entry)
        rows = "".join(
            f"<sdnEntry><uid>{one.number}</uid><lastName>{escape(one.title)}</lastName><sdnType>Entity</sdnType>"
            f"<programList><program>P{one.number}</program></programList></sdnEntry>"
            for one in [Entry(0), *self.entries]
        )
        info = "<publshInformation><Publish_Date>11/23/2026</Publish_Date></publshInformation>"
        body = f"<sdnList xmlns='https://example.org/XML'>{info}{rows}</sdnList>"
        self.site.pages["/sdn.xml"] = reply(200, body.encode())

    def expected(self, entry: Entry) -> tuple[str, str, str | None, str]:
        """Return the notice of one entry."""
        keeper = "The Office of Foreign Assets Control of the United States"
        title = f"{keeper} adds {entry.title} to its sanctions list under P{entry.number}"
        return title, f"{title}.\n{entry.title} (entity)", self.spec.url, "2026-11-23T00:00:00Z"

    async def recall(self) -> bytes | None:
        """Return the version before."""
        return pack({"0": Listed("0", "Act 0", "entity", ("P0",), ())})


def _document(entry: Entry) -> str:
    return json.dumps({"title": entry.title, "text": entry.text, "url": entry.url, "published": entry.at})


class FileStage(Stage):
    """One file of JSON lines."""

    @property
    def spec(self) -> SourceSpec:
        """A file of the inbox."""
        return read_spec({"id": "s", "type": "file", "path": "news.jsonl"})

    def show(self, entry: Entry) -> None:
        """Append a line."""
        self.entries.append(entry)
        path = self.inbox / "news.jsonl"
        path.write_text("".join(f"{_document(one)}\n" for one in self.entries))
        os.utime(path, (LONG_AGO, LONG_AGO))

    def vanish(self) -> None:
        """Delete the file."""
        (self.inbox / "news.jsonl").unlink(missing_ok=True)


class FolderStage(Stage):
    """A folder into which a file is dropped for each article."""

    @property
    def spec(self) -> SourceSpec:
        """A folder of the inbox."""
        return read_spec({"id": "s", "type": "folder", "path": "drop"})

    def show(self, entry: Entry) -> None:
        """Drop a file."""
        self.entries.append(entry)
        path = self.inbox / "drop" / f"{entry.number}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_document(entry))
        os.utime(path, (LONG_AGO + entry.number, LONG_AGO + entry.number))

    def vanish(self) -> None:
        """Move the folder away."""
        if (self.inbox / "drop").exists():
            (self.inbox / "drop").rename(self.inbox / "elsewhere")


STAGES: dict[str, type[Stage]] = {
    stage.__name__: stage
    for stage in (
        FeedStage,
        AtomStage,
        RdfStage,
        JsonFeedStage,
        SitemapStage,
        SitemapIndexStage,
        GdeltStage,
        FederalRegisterStage,
        JsonListStage,
        PageStage,
        SanctionsListStage,
        FileStage,
        FolderStage,
    )
}


def recorded(name: str) -> bytes:
    """Return a document in the format of a real source, written by hand after its public documentation."""
    return (Path(__file__).with_name("recorded") / name).read_bytes()
