"""JSON list: a list of articles in JSON, as Chinese ministries publish theirs, with HTML inside it or not.

`select` says where the list and the parts of an article stand; a list that is a piece of HTML inside JSON (MOFCOM's
`data.html`) is read by CSS selectors from there on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ingest.plain_text import plain_line, plain_text
from services.ingest.selection import Selection
from services.ingest.sources.article_pages import read_listed
from services.ingest.sources.reader import ChangedShape, Document, Fetched, Reach
from services.ingest.sources.request import Answer, Limits, read_json
from services.ingest.sources.selected import MAX_ITEMS, absolute, document, read_html
from services.ingest.spec import SourceSpec

LIMITS = Limits(max_bytes=10 * 1024 * 1024)


class JsonListReader:
    """Reads a list, and each new article's page where the source asks for that."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the articles, oldest first (lists begin with the newest). Raises Busy, Transient or Permanent."""
        how = {"accept": "application/json", "limits": LIMITS, "post": spec.post}
        return await read_listed(spec, validators, reach, read_list, **how)


def read_list(answer: Answer, select: Selection) -> Sequence[Document]:
    """Return the articles of a list. Raises ChangedShape where they are not where `select` says."""
    value = read_json(answer)
    if select.html:
        inner = at(value, select.html)
        if not isinstance(inner, str):
            raise ChangedShape(f"there is no text at select.html {select.html!r}: correct it")
        return read_html(inner, select, answer.final_url)
    rows = at(value, select.items)
    if not isinstance(rows, list):
        raise ChangedShape(f"there is no array at select.items {select.items!r}: correct it")
    documents = [one for row in rows[:MAX_ITEMS] if (one := _document(row, select, answer.final_url))]
    if rows and not documents:
        raise ChangedShape(f"none of {len(rows)} elements has a title at select.title {select.title!r}: correct it")
    return documents


def at(value: Any, path: str) -> Any:
    """Return what stands at the end of names joined by dots, or None; a number counts from 0 in an array."""
    for name in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def _document(row: Any, select: Selection, base_url: str) -> Document | None:
    title = plain_line(_text(row, select.title))
    link = _text(row, select.url)
    url = absolute(link, base_url) if link else None
    text = plain_text(_text(row, select.text))
    if not title or (url is None and not text):
        return None
    return document(select, title=title, url=url, date=_text(row, select.date), text=text)


def _text(row: Any, path: str) -> str:
    value = at(row, path) if path else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
