"""Feeds of the tests' own writing, in every format."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Entry:
    """One entry of a feed."""

    number: int

    @property
    def url(self) -> str:
        """Its page."""
        return f"https://gazette.example/act/{self.number}"

    @property
    def title(self) -> str:
        """Its title, with a character that XML must escape."""
        return f"Act {self.number} on Export & Import"

    @property
    def text(self) -> str:
        """What it says."""
        return f"The act number {self.number} restricts the export of some goods from next month on."

    @property
    def at(self) -> str:
        """When it was published, in UTC."""
        return f"2026-11-{10 + self.number:02}T08:00:00Z"


Write = Callable[[Sequence[Entry]], bytes]
"""Writes a feed, newest entry first, as feeds are."""


def rss(entries: Sequence[Entry]) -> bytes:
    """Write RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{one.url}</link><pubDate>{one.at}</pubDate>"
        f"<description>&lt;p&gt;{one.text}&lt;/p&gt;</description></item>"
        for one in reversed(entries)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


def atom(entries: Sequence[Entry]) -> bytes:
    """Write Atom with XHTML content."""
    items = "".join(
        f"<entry><title>{escape(one.title)}</title><link rel='alternate' href='{one.url}'/><id>tag:{one.number}</id>"
        f"<updated>{one.at}</updated><summary type='xhtml'>"
        f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{one.text}</p></div></summary></entry>"
        for one in reversed(entries)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{items}</feed>".encode()


def rdf(entries: Sequence[Entry]) -> bytes:
    """Write RSS 1.0."""
    items = "".join(
        f"<item rdf:about='{one.url}'><title>{escape(one.title)}</title><link>{one.url}</link>"
        f"<dc:date>{one.at}</dc:date><description>{one.text}</description></item>"
        for one in reversed(entries)
    )
    names = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    dublin_core = "xmlns:dc='http://purl.org/dc/elements/1.1/'"
    return f"<rdf:RDF {names} {dublin_core}><channel><title>T</title></channel>{items}</rdf:RDF>".encode()


def json_feed(entries: Sequence[Entry]) -> bytes:
    """Write JSON Feed 1.1."""
    items = [
        {
            "id": one.url,
            "url": one.url,
            "title": one.title,
            "content_html": f"<p>{one.text}</p>",
            "date_published": one.at,
        }
        for one in reversed(entries)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}).encode()


FORMATS: dict[str, Write] = {"rss": rss, "atom": atom, "rdf": rdf, "json": json_feed}
