"""Articles found on a page by the selectors of its source."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from resiliparse.parse.html import HTMLTree
from resiliparse.parse.html.node import ElementNode

from services.ingest.addresses import NotAnAddress, canonical_url
from services.ingest.plain_text import plain_line, plain_text, tidy
from services.ingest.selection import Selection
from services.ingest.sources.reader import ChangedShape, Document

MAX_ITEMS = 200
LONGEST_DATE_CHARS = 60
"""A longer text only holds a date: it is no date that was written with an ISO one in it."""
_CJK_DATE = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")


def read_html(html: str, select: Selection, base_url: str) -> tuple[Document, ...]:
    """Return the articles that the selectors find, as they stand there, at most 200.

    Raises ChangedShape where they find nothing: a redesign must not look like a day without news.
    """
    # Nodes belong to their thread, and an exception would carry them out of it: what raises holds none.
    matched, documents = _found(html, select, base_url)
    if not matched:
        raise ChangedShape(f"nothing matches select.items {select.items!r}: was the page redesigned? correct it")
    if not documents:
        raise ChangedShape(f"{matched} elements match select.items, but none has a title and an address: correct it")
    return documents


def _found(html: str, select: Selection, base_url: str) -> tuple[int, tuple[Document, ...]]:
    """Return how many elements match, and the articles among them."""
    root = HTMLTree.parse(html).document
    elements = list(root.query_selector_all(select.items))[:MAX_ITEMS] if root is not None else []
    return len(elements), tuple(document for one in elements if (document := _document(one, select, base_url)))


def page_text(html: str, selector: str) -> str:
    """Return the text of the first element that matches, a line for each block. Raises ChangedShape for none."""
    text = _first(html, selector)
    if not text:
        raise ChangedShape(f"nothing matches select.page {selector!r}: was the page redesigned? correct it")
    return text


def _first(html: str, selector: str) -> str:
    root = HTMLTree.parse(html).document
    found = root.query_selector(selector) if root is not None else None
    return plain_text(found.html, furniture=False) if found else ""


def _document(element: ElementNode, select: Selection, base_url: str) -> Document | None:
    link = element if element.tag == "a" else element.query_selector(select.url or "a[href]")
    title = _text(element, select.title) if select.title else plain_line(link.html if link else element.html)
    url = absolute(str(link["href"]), base_url) if link is not None and "href" in link.attrs else None
    if not title or (url is None and not select.text):
        return None
    return document(select, title=title, url=url, date=_text(element, select.date), text=_block(element, select.text))


def document(select: Selection, *, title: str, url: str | None, date: str, text: str) -> Document:
    """Return what was found as a document, without what was not."""
    found: Mapping[str, Any] = {
        "title": title[:2000],
        "url": url,
        "text": text,
        "published_at": written_date(date, select.date_format),
    }
    return {name: value for name, value in found.items() if value}


def absolute(href: str, base_url: str) -> str | None:
    """Return the address behind a link, or None where it leads to no web page."""
    try:
        url = urljoin(base_url, href.strip())
        canonical_url(url)
    except (NotAnAddress, ValueError):
        return None
    return url


def written_date(text: str, date_format: str) -> str | None:
    """Return a date as ISO 8601 where it can be read, else the text itself, for the intake to judge."""
    text = text.strip()
    if date_format and text:
        try:
            found = datetime.strptime(text, date_format)  # noqa: DTZ007 - the zone is set where it has none
        except ValueError:
            return text
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()
    if match := _CJK_DATE.search(text):
        return f"{int(match[1]):04}-{int(match[2]):02}-{int(match[3]):02}"
    match = _ISO_DATE.search(text)
    has_zone = text.endswith("Z") or "+" in text
    return match[0] if match and len(text) < LONGEST_DATE_CHARS and not has_zone else text or None


def _text(element: ElementNode, selector: str) -> str:
    found = element.query_selector(selector) if selector else None
    if found is None:
        return ""
    machine = found["datetime"] if "datetime" in found.attrs else ""
    return plain_line(machine or found.html)


def _block(element: ElementNode, selector: str) -> str:
    found = element.query_selector(selector) if selector else None
    return tidy(plain_text(found.html)) if found else ""
