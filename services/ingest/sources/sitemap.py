"""News sitemaps and sitemap indexes (sitemaps.org, and Google's `news:` extension), packed or not."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree  # type: ignore[import-untyped]  # it publishes no types

from services.ingest.plain_text import plain_line
from services.ingest.sources.reader import ChangedShape, Document, Fetched, Reach
from services.ingest.sources.request import Limits, ask
from services.ingest.sources.xml import local_name, read_root, text_of
from services.ingest.spec import SourceSpec
from services.runtime.failure import Permanent, Transient

ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.5"
LIMITS = Limits(max_bytes=50 * 1024 * 1024)
"""The protocol's own limit for one sitemap, unpacked (sitemaps.org/protocol.html)."""
MAX_ENTRIES = 1000
PARTS_A_TIME = 5
_WATCHED_PARTS = 200


class SitemapReader:
    """Reads a news sitemap, or of an index the parts that changed."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the entries with a title, oldest first. Raises Busy, Transient or Permanent."""
        # While parts are left to read, or have no date to be judged by, the index is read whatever it says of itself.
        conditions = {} if validators.get("open") else validators
        answer = await ask(reach, spec.url or "", conditions, accept=ACCEPT, limits=LIMITS)
        if answer.unchanged:
            return Fetched(validators={**validators, **answer.validators}, unchanged=True, moved_to=answer.moved_to)
        root = await asyncio.to_thread(read_root, answer.body)
        name = local_name(root)
        if name == "urlset":
            items = _entries(root)
            _check_titles(root, items)
            return Fetched(_oldest_first(items), answer.validators, moved_to=answer.moved_to)
        if name != "sitemapindex":
            raise ChangedShape(f"not a sitemap but <{name}>: give the address of a sitemap or a sitemap index")
        return await self._parts(root, {**validators, **answer.validators}, reach)

    async def _parts(self, index: etree._Element, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Read the parts of an index that changed since the last time, the newest first, at most five at a time."""
        listed = list(_children(index))[:_WATCHED_PARTS]
        known: dict[str, str] = validators.get("parts", {})
        changed = [(at, url) for at, url in listed if not at or known.get(url) != at]
        items: list[Document] = []
        problems: list[str] = []
        done = {url: at for url, at in known.items() if (at, url) in set(listed)}
        for at, url in changed[:PARTS_A_TIME]:
            try:
                part = await ask(reach, url, {}, accept=ACCEPT, limits=LIMITS)
                items += _entries(await asyncio.to_thread(read_root, part.body))
            except (Permanent, Transient) as error:
                problems.append(f"{url}: {error}")
                continue
            done[url] = at
        if problems and not items:
            raise Transient(problems[0])
        if not known:  # of a first look, the newest parts are enough
            done |= {url: at for at, url in changed[PARTS_A_TIME:]}
        is_open = any(not at or done.get(url) != at for at, url in listed)
        kept = {**validators, "parts": done, "open": is_open}
        return Fetched(_oldest_first(items), kept, not changed, tuple(problems), listed=len(listed))


def _children(index: etree._Element) -> Iterator[tuple[str, str]]:
    """Give date and address of each part: those that speak of news first, then the newest."""
    found = []
    for part in index:
        url = text_of(part, "loc")
        if url:
            found.append((text_of(part, "lastmod"), url))
    found.sort(key=lambda one: one[0], reverse=True)
    yield from sorted(found, key=lambda one: "news" not in one[1].lower())


def _entries(root: etree._Element) -> list[Document]:
    return [document for entry in root if (document := _document(entry))]


def _document(entry: etree._Element) -> Document | None:
    """Return one entry as a document; one without a title says nothing before its page is read."""
    title = plain_line(text_of(entry, "news", "title"))[:2000]
    url = text_of(entry, "loc")
    if not title or not url.startswith(("http://", "https://")):
        return None
    document = {
        "title": title,
        "url": url,
        "published_at": text_of(entry, "news", "publication_date") or text_of(entry, "lastmod"),
        "language": text_of(entry, "news", "publication", "language")[:20],
    }
    return {name: value for name, value in document.items() if value}


def _check_titles(root: etree._Element, items: list[Document]) -> None:
    if len(root) and not items:
        raise ChangedShape("its entries have no titles: take the site's news sitemap (entries with news:title)")


def _oldest_first(items: list[Document]) -> tuple[Document, ...]:
    newest = sorted(items, key=lambda one: one.get("published_at", ""), reverse=True)[:MAX_ENTRIES]
    return tuple(reversed(newest))
