"""Federal Register: documents and public inspection by the API of the Office of the Federal Register.

The address is a query of `documents.json` or `public-inspection-documents.json`, as the site's own search gives it:
federalregister.gov/developers/documentation/api/v1. One document is one article, whether filed for inspection or
printed: its number is its name.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.ingest.plain_text import plain_line, plain_text
from services.ingest.sources.reader import ChangedShape, Document, Fetched, Reach
from services.ingest.sources.request import ask, read_json
from services.ingest.spec import SourceSpec

PER_PAGE = 100
_PRINTED = (
    "title",
    "abstract",
    "action",
    "dates",
    "agencies",
    "type",
    "document_number",
    "html_url",
    "publication_date",
    "effective_on",
)
_FILED = ("title", "toc_subject", "agencies", "type", "document_number", "html_url", "publication_date", "filed_at")
_AHEAD = "public-inspection"


class FederalRegisterReader:
    """Reads the newest documents of a query."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the documents, oldest first. Raises Busy, Transient or Permanent."""
        answer = await ask(reach, query(spec.url or ""), validators, accept="application/json")
        if answer.unchanged:
            return Fetched(validators=answer.validators, unchanged=True, moved_to=answer.moved_to)
        found = read_json(answer)
        if not isinstance(found, dict) or not isinstance(found.get("results", [] if "count" in found else None), list):
            raise ChangedShape("no list `results` in it: give a query of documents.json of the Federal Register's API")
        items = [item for one in found.get("results", []) if isinstance(one, dict) and (item := _document(one))]
        return Fetched(tuple(reversed(items)), answer.validators, moved_to=answer.moved_to)


def query(url: str) -> str:
    """Return the address with the fields we read, the newest first; what it says itself stands."""
    parts = urlsplit(url)
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in given}
    fields = _FILED if _AHEAD in parts.path else _PRINTED
    added = [] if "fields[]" in names else [("fields[]", field) for field in fields]
    added += [] if "per_page" in names else [("per_page", str(PER_PAGE))]
    added += [] if "order" in names or _AHEAD in parts.path else [("order", "newest")]
    return urlunsplit(parts._replace(query=urlencode([*given, *added])))


def _document(one: Mapping[str, Any]) -> Document | None:
    title, number = plain_line(_text(one, "title")), _text(one, "document_number")
    if not title or not number:
        return None
    document = {
        "id": f"federal-register:{number}"[:200],
        "title": title,
        "text": "\n".join(_lines(one)),
        "url": _text(one, "html_url"),
        "published_at": _text(one, "filed_at") or _text(one, "publication_date"),
        "language": "en",
    }
    return {name: value for name, value in document.items() if value}


def _lines(one: Mapping[str, Any]) -> Iterator[str]:
    """Give what the document says of itself, a line each, in the words of a gazette."""
    listed = one.get("agencies")
    named = [agency for agency in listed if isinstance(agency, dict)] if isinstance(listed, list) else []
    agencies = [_text(agency, "name") or _text(agency, "raw_name") for agency in named]
    kind = plain_line(_text(one, "action")).rstrip(".") or _text(one, "type")
    if kind and agencies:
        yield f"{kind} of the {', '.join(filter(None, agencies))} of the United States."
    for name in ("abstract", "toc_subject", "dates"):
        if said := plain_text(_text(one, name)):
            yield said
    if effective := _text(one, "effective_on"):
        yield f"Effective on {effective}."
    if _text(one, "filed_at"):
        yield f"Filed for public inspection; to be published on {_text(one, 'publication_date') or 'a later day'}."


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""
