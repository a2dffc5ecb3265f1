"""Whatever comes from outside is read or refused in one line; nothing else ever happens."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.article import Article, Source, SourceKind
from services.ingest.addresses import NotAnAddress, canonical_url
from services.ingest.dates import plausible, read_date
from services.ingest.documents import NotJson, NotText, decode, read_documents
from services.ingest.encodings import to_text
from services.ingest.language import language_of
from services.ingest.plain_text import page, plain_line, plain_text
from services.ingest.pushed import NotAnArticle, read_pushed
from services.ingest.sources.entries import read_entries
from services.ingest.sources.request import retry_after_seconds
from services.ingest.spec import NotASource, read_spec
from services.runtime.failure import Permanent
from services.runtime.language import detect_language
from tests.ingest.feeds import FORMATS, Entry

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
PUSH = Source(id="push", name="push", kind=SourceKind.PUSH)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["id", "url", "title", "text", "html", "language", "lang", "published", "published_at", "source", "kind"]
ARTICLES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)
MARKUP = st.text(alphabet='<>&;/!-[]"=abpdiv#x1 \n中', max_size=200)


def one_line(error: Exception) -> None:
    """Hold a refusal to one line with something in it."""
    assert str(error).strip()
    assert "\n" not in str(error)


@given(ARTICLES | JSON)
def test_any_document_is_an_article_or_a_line(document: Any) -> None:
    """Any JSON value is read into an article that survives the wire, or refused in one line."""
    try:
        draft = read_pushed(document, PUSH, NOW, detect_language).draft
    except NotAnArticle as error:
        one_line(error)
        return
    article = draft.article(1)
    assert Article.model_validate_json(article.model_dump_json()) == article


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_body_is_documents_or_a_line(body: bytes) -> None:
    """Any bytes are JSON documents, or refused in one line."""
    try:
        assert read_documents(decode(body))
    except (NotText, NotJson) as error:
        one_line(error)


@given(
    st.dictionaries(st.sampled_from(["id", "type", "url", "path", "every", "kind", "country", "enabled", "x"]), JSON)
)
def test_any_document_is_a_source_or_a_line(document: dict[str, Any]) -> None:
    """Any mapping is a source that reads the same again, or refused in one line."""
    try:
        spec = read_spec(document)
    except NotASource as error:
        one_line(error)
        return
    assert read_spec(spec.document()) == spec


@settings(max_examples=200)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_a_damaged_feed_is_entries_or_a_line(name: str, data: st.DataObject) -> None:
    """A feed with any part overwritten, cut out or repeated gives whole documents, or is refused in one line."""
    feed = FORMATS[name]([Entry(1), Entry(2)])
    start = data.draw(st.integers(0, len(feed)))
    end = data.draw(st.integers(start, len(feed)))
    middle = data.draw(
        st.sampled_from([b"", b"\0", b"<", b"]]>", b"<![CDATA[", b"&x;", b"\xff\xfe", feed[start:end] * 2])
    )
    try:
        documents = read_entries(to_text(feed[:start] + middle + feed[end:]), "https://a.example/feed")
    except Permanent as error:
        one_line(error)
        return
    for document in documents:
        with suppress(NotAnArticle):
            read_pushed(document, PUSH, NOW, detect_language)


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    """Decoding never fails, whatever the bytes and whatever they are called."""
    assert isinstance(to_text(body, content_type), str)


@given(MARKUP | st.text(max_size=200))
def test_any_markup_becomes_plain_text(markup: str) -> None:
    """Text without markup in the way: no control characters, no empty lines, and a title is one line."""
    plain = plain_text(markup)
    assert all(line.strip() for line in plain.splitlines())
    assert "\n" not in plain_line(markup)
    assert not set(plain) & {chr(code) for code in range(32) if chr(code) not in "\n\t"}
    assert len(page(markup)) == 2


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    """Reading a date never fails, and what is kept lies between 1990 and now."""
    kept, _ = plausible(read_date(text), NOW)
    assert kept is None or datetime(1990, 1, 1, tzinfo=UTC) <= kept <= NOW


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-23", "2026-11-23T00:00:00+00:00"),
        ("2026/11/23", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23T10:00:00.5+09:00", "2026-11-23T01:00:00.500000+00:00"),
        ("2026-11-23 10:00", "2026-11-23T10:00:00+00:00"),
        ("Mon, 23 Nov 2026 10:00:00 +0900", "2026-11-23T01:00:00+00:00"),
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00+00:00"),
        ("23 Nov 2026 10:00 EST", "2026-11-23T15:00:00+00:00"),
        ("yesterday", None),
    ],
)
def test_the_dates_that_sources_write(written: str, read: str | None) -> None:
    """ISO 8601 and the mail format are read, with and without zone; other words are no date."""
    found = read_date(written)
    assert (found.isoformat() if found else None) == read


@given(st.text(max_size=80), st.text(max_size=80), st.none() | st.text(max_size=12))
def test_any_text_has_a_language_or_none(title: str, text: str, declared: str | None) -> None:
    """Telling the language never fails and gives a short code or nothing."""
    code = language_of(title, text, declared, detect_language)
    assert code is None or 2 <= len(code) <= 3


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_a_line(text: str) -> None:
    """Any text is the address of a page or refused in one line."""
    try:
        assert canonical_url(text).startswith(("http://", "https://"))
    except NotAnAddress as error:
        one_line(error)


@example("²")
@given(st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40))
def test_any_retry_after_is_a_time_or_none(value: str) -> None:
    """A Retry-After of any kind is a number of seconds up to a day, or nothing."""
    import httpx  # noqa: PLC0415 - this test alone makes headers

    wait = retry_after_seconds(httpx.Headers({b"retry-after": value.encode("latin-1")}), NOW)
    assert wait is None or 0 <= wait <= 86_400


def test_a_deep_document_is_refused() -> None:
    """JSON nested deeper than the parser goes is refused in one line."""
    with pytest.raises(NotJson, match="nested") as caught:
        read_documents("[" * 200_000)
    one_line(caught.value)
    deep: Any = "x"
    for _ in range(500):
        deep = {"a": deep}
    with pytest.raises(NotAnArticle):
        read_pushed({"title": deep}, PUSH, NOW, detect_language)
    assert json.dumps(deep)
