"""Whatever the new kinds of source are given is read or refused in one line; nothing else ever happens."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.article import Source, SourceKind
from services.ingest.opml import OpmlError, read_opml
from services.ingest.pushed import NotAnArticle, read_pushed
from services.ingest.sources import federal_register, gdelt, sanctions_formats, sitemap
from services.ingest.sources.json_list import read_list
from services.ingest.sources.reader import Document
from services.ingest.sources.request import Answer
from services.ingest.sources.sanctions_list import changes, pack, unpack
from services.ingest.sources.selected import page_text, read_html
from services.ingest.sources.xml import read_root
from services.ingest.spec import read_spec
from services.runtime.failure import Permanent, Transient
from services.runtime.language import detect_language
from tests.ingest.sources.stages import NOW, recorded

WIRE = Source(id="wire", name="Wire", kind=SourceKind.NEWS)
LIST = read_spec({"id": "list", "type": "sanctions-list", "url": "https://list.example/x.xml"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [b"", b"\0", b"<", b">", b"]]>", b"<![CDATA[", b"&x;", b"\xff\xfe", b"</", b'"', b"<!DOCTYPE a>"]
)
BYTES = st.binary(max_size=200)
MARKUP = st.text(alphabet='<>&;/!-[]"=abdilpsuv#x1 \n中', max_size=300)


def damaged(data: st.DataObject, whole: bytes) -> bytes:
    """Return a document with any part overwritten or cut out."""
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    return whole[:start] + data.draw(PIECES) + whole[end:]


def whole(items: Any) -> None:
    """Hold that each item is an article or is refused in one line."""
    for item in items:
        try:
            read_pushed(item, WIRE, NOW, detect_language)
        except NotAnArticle as error:
            one_line(error)


def one_line(error: Exception) -> None:
    """Hold a refusal to one line with something in it."""
    assert str(error).strip()
    assert "\n" not in str(error)


@settings(max_examples=150)
@given(st.sampled_from(["ofac.xml", "eu.xml", "un.xml", "uk.xml"]), st.data())
def test_a_damaged_list_is_entries_or_a_line(name: str, data: st.DataObject) -> None:
    """A list with any part spoilt gives entries that can be kept and told, or is refused in one line."""
    try:
        version = sanctions_formats.read_list(damaged(data, recorded(name)))
        assert unpack(pack(version.entries)) == version.entries
        whole(changes(LIST, {}, version))
    except (Permanent, Transient) as error:
        one_line(error)


@settings(max_examples=100)
@given(st.data())
def test_a_damaged_sitemap_is_entries_or_a_line(data: st.DataObject) -> None:
    """The same for a sitemap."""
    try:
        whole(sitemap._entries(read_root(damaged(data, recorded("news-sitemap.xml")))))
    except (Permanent, Transient) as error:
        one_line(error)


@given(st.lists(st.dictionaries(st.sampled_from(["title", "url", "desc", "lang", "date", "outletName"]), JSON)), BYTES)
def test_any_lines_are_articles_or_broken(rows: list[Any], more: bytes) -> None:
    """Any JSON in a GDELT file, with any bytes after it, gives articles; broken lines are counted."""
    spec = read_spec({"id": "g", "type": "gdelt", "url": "https://g.example/"})
    body = "\n".join(json.dumps(row) for row in [*rows, {}]).encode("utf-8", "replace") + b"\n" + more
    items, broken = gdelt.read_file(body, spec)
    whole(items)
    assert broken <= body.count(b"\n") + 1


FIELDS = ["title", "document_number", "abstract", "agencies", "action", "type", "html_url", "filed_at", "effective_on"]


@example({"agencies": ["x", None, {"name": 3}], "action": "Rule"})
@example({"agencies": 3})
@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_any_document_of_the_register_is_an_article_or_none(one: dict[str, Any]) -> None:
    """Any JSON in the place of a field is passed over."""
    found = federal_register._document({"title": "T", "document_number": "1", **one})
    documents: list[Document] = [found] if found else []
    whole(documents)


@given(JSON | st.lists(st.dictionaries(st.sampled_from(["TITLE", "URL", "DAY"]), JSON)))
def test_any_json_is_a_list_or_a_line(value: Any) -> None:
    """Any JSON is a list of articles, or refused in one line."""
    select = read_spec(
        {
            "id": "j",
            "type": "json-list",
            "url": "https://j.example/",
            "select": {"title": "TITLE", "url": "URL", "date": "DAY"},
        }
    ).select
    assert select is not None
    try:
        whole(read_list(Answer(json.dumps(value).encode(), "", "https://j.example/", {}), select))
    except Permanent as error:
        one_line(error)


@given(MARKUP | st.text(max_size=100))
def test_any_page_is_articles_or_a_line(html: str) -> None:
    """Any page gives articles or is refused in one line."""
    select = read_spec(
        {"id": "p", "type": "page", "url": "https://p.example/", "select": {"items": "li", "text": "p"}}
    ).select
    assert select is not None
    try:
        whole(read_html(html, select, "https://p.example/"))
        assert page_text(html, "p")
    except Permanent as error:
        one_line(error)


@given(BYTES | MARKUP.map(lambda text: f"<opml><body>{text}</body></opml>".encode()))
def test_any_opml_is_feeds_or_a_line(body: bytes) -> None:
    """Any bytes are a list of feeds, or refused in one line."""
    try:
        specs, problems = read_opml(body)
    except OpmlError as error:
        one_line(error)
        return
    assert all("\n" not in problem for problem in problems)
    assert len({spec.id for spec in specs}) == len(specs)
