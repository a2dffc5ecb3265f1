"""The text of a feed to documents: RSS 2.0, RSS 1.0 (RDF), Atom and JSON Feed."""

import io
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urljoin

import fastfeedparser
import feedparser

from services.ingest.addresses import NotAnAddress, canonical_url
from services.ingest.plain_text import plain_line, plain_text
from services.ingest.sources.reader import ChangedShape, Document

MAX_ENTRIES = 500
MAX_ENTRY_CHARS = 200_000
_SLOW_PARSER_CHARS = 2_000_000
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,1000}(?P<subset>\[)?", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s{0,100}>")
_MAX_DOCTYPES = 3
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_XHTML = re.compile(r"type\s?=\s?[\"']xhtml[\"']")
_BOILERPLATE = re.compile(r"\n?The post .{1,300} (?:appeared first on|first appeared on) .{1,200}\.?$")


def read_entries(text: str, base_url: str) -> tuple[Document, ...]:
    """Return the entries of a feed, oldest first, at most 500. Raises ChangedShape where the text is no feed.

    The DOCTYPE goes first: no feed needs one, and its entities can unfold into gigabytes.
    """
    content = _XML_DECLARATION.sub("", _without_doctype(text), count=1)
    feed = _parse(content)
    declared = feed.get("feed", {})
    entries = list(islice(feed.get("entries", ()), MAX_ENTRIES))
    base = urljoin(base_url, _base(declared))
    documents = (_document(entry, base, declared.get("language")) for entry in reversed(entries))
    return tuple(document for document in documents if document)


def _without_doctype(text: str) -> str:
    """Cut every DOCTYPE out: behind one that was cut, the next would count."""
    for _ in range(_MAX_DOCTYPES):
        start = _DOCTYPE.search(text)
        if start is None:
            return text
        end = _SUBSET_END.search(text, start.end()) if start["subset"] else re.compile(">").search(text, start.end())
        if end is None:
            break
        text = text[: start.start()] + text[end.end() :]
    raise ChangedShape("its DOCTYPE cannot be read: no feed needs one")


def _parse(content: str) -> Mapping[str, Any]:
    """Parse fast where that works, else patiently.

    fastfeedparser drops XHTML content of Atom entries and stops at some damage; feedparser is seventy times slower.
    """
    small = len(content) <= _SLOW_PARSER_CHARS
    feed, reason = _parse_fast(content)
    if feed is not None and (feed.get("entries") or not small) and not (small and _XHTML.search(content)):
        return feed
    # A stream, because feedparser takes a short text for the address or the path of a feed and opens it.
    patient: Mapping[str, Any] = feedparser.parse(io.BytesIO(content.encode("utf-8", "replace"))) if small else {}
    if patient.get("entries"):
        return patient
    if feed is None:
        raise ChangedShape(f"not a feed ({reason}): give the address of an RSS, Atom or JSON feed")
    return feed


def _parse_fast(content: str) -> tuple[Mapping[str, Any] | None, str]:
    try:
        # Bytes, because fastfeedparser takes a text that begins with http:// for an address and fetches it.
        return fastfeedparser.parse(content.encode("utf-8", "replace")), ""
    except Exception as error:  # noqa: BLE001 - it raises whatever the document makes it raise
        return None, str(error).partition("\n")[0][:200] or type(error).__name__


def _base(declared: Mapping[str, Any]) -> str:
    detail = declared.get("title_detail") or {}
    return str(detail.get("base") or "")


def _document(entry: Mapping[str, Any], base: str, language: Any) -> Document | None:
    """Return one entry as a document, or None where it has neither an address nor a text."""
    title = plain_line(_text(entry.get("title")))[:2000]
    text = _BOILERPLATE.sub("", plain_text(_longest(entry)))
    url = _address(entry, base)
    if not (title or text) or not (url or text):
        return None
    document = {
        "title": title,
        "text": text,
        "url": url,
        "published_at": entry.get("published") or entry.get("updated"),
        "language": _text(entry.get("language") or language)[:20],
    }
    return {name: value for name, value in document.items() if value}


def _longest(entry: Mapping[str, Any]) -> str:
    contents: Sequence[Any] = entry.get("content") or ()
    texts = [_text(entry.get("description")), _text(entry.get("summary"))]
    texts += [_text(one.get("value")) for one in contents if isinstance(one, Mapping)]
    return max(texts, key=len)[:MAX_ENTRY_CHARS]


def _address(entry: Mapping[str, Any], base: str) -> str | None:
    """Return the entry's page: its link, else its id where that is an address."""
    entry_id = _text(entry.get("id"))
    for link in (_text(entry.get("link")), entry_id if entry_id.startswith(("http://", "https://")) else ""):
        try:
            url = urljoin(base, link.strip()) if link.strip() else ""
            canonical_url(url)
        except (NotAnAddress, ValueError):
            continue
        return url
    return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
