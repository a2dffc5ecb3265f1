"""A pushed article: a JSON document to a draft, with every doubt noted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from schemas.article import Article, Source, SourceKind
from services.ingest.addresses import NotAnAddress, canonical_url
from services.ingest.dates import plausible, read_date
from services.ingest.identity import Draft
from services.ingest.language import Detect, declared_code, language_of
from services.ingest.plain_text import page, plain_line, printable

MAX_ARTICLE_BYTES = 900_000
"""Leaves room for the envelope below Kafka's default limit of 1 MB a record."""


class NotAnArticle(ValueError):  # noqa: N818 - it says what the document is not
    """The document is no article; the message says which field and why, in one line."""


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class PushedSource(BaseModel):
    """Who published it; what is not given is `push`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Text | None = None
    name: Text | None = None
    kind: SourceKind | None = None
    country: str | None = None


class PushedArticle(BaseModel):
    """The body of a push. Only one of title, text and html is needed; fields it does not know are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Text | None = Field(default=None, max_length=200)
    url: str | None = None
    title: Text | None = None
    text: Text | None = None
    html: str | None = None
    """The page's HTML; its text is taken where `text` is not given."""
    language: str | None = None
    """Also `lang`."""
    published_at: Text | None = None
    """Also `published`."""
    source: PushedSource | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_names(cls, document: dict[str, Any]) -> dict[str, Any]:
        short = {"language": document.get("lang"), "published_at": document.get("published")}
        return {**{name: value for name, value in short.items() if value is not None}, **document}


@dataclass(frozen=True)
class Pushed:
    """A draft and what was noted while reading it."""

    draft: Draft
    notes: tuple[str, ...] = ()


def read_pushed(document: Any, default: Source, fetched_at: datetime, detect: Detect) -> Pushed:
    """Return the draft of one document. Raises NotAnArticle."""
    if not isinstance(document, dict):
        raise NotAnArticle(f"an article is a JSON object, this is {_kind_of(document)}")
    try:
        given = PushedArticle.model_validate(document)
    except ValidationError as error:
        raise NotAnArticle(_first_problem(error)) from None
    notes: list[str] = []
    title, text = _content(given)
    draft = Draft(
        id=_id(given.id),
        url=_url(given.url),
        source=_source(given.source, default),
        title=title,
        text=text,
        language=_language(given.language, title, text, detect, notes.append),
        published_at=_published_at(given.published_at, fetched_at, notes.append),
        fetched_at=fetched_at,
    )
    _check_size(draft.article(1))
    return Pushed(draft, tuple(notes))


def _content(given: PushedArticle) -> tuple[str, str]:
    """Return title and text as given; the text of a page where only its HTML is."""
    title, text = printable(given.title or ""), printable(given.text or "")
    if given.html and not text.strip():
        page_title, text = page(given.html)
        title = title or page_title
    if not title.strip() and not text.strip():
        raise NotAnArticle("title, text and html are all empty: an article needs one of them")
    return title, text


def _id(given: str | None) -> str | None:
    return (printable(given).strip() or None) if given else None


def _url(given: str | None) -> str | None:
    if given is None or not given.strip():
        return None
    try:
        canonical_url(given)
    except NotAnAddress as error:
        raise NotAnArticle(f"url: {error}") from None
    return printable(given).strip()


def _source(given: PushedSource | None, default: Source) -> Source:
    if given is None:
        return default
    named = given.id or given.name or default.id
    merged = {
        "id": named,
        "name": given.name or (given.id or default.name),
        "kind": given.kind or default.kind,
        "country": given.country.strip().upper() or None if given.country else default.country,
    }
    try:
        return Source.model_validate(merged)
    except ValidationError as error:
        raise NotAnArticle(f"source.{_first_problem(error)}") from None


def _language(given: str | None, title: str, text: str, detect: Detect, note: Callable[[str], None]) -> str | None:
    if given and declared_code(given) is None:
        note(f"language {given[:20]!r} is not a language code: left out")
    return language_of(title, text, given, detect)


def _published_at(given: str | None, fetched_at: datetime, note: Callable[[str], None]) -> datetime | None:
    if given is None or not given.strip():
        return None
    read = read_date(given)
    if read is None:
        note(f"published_at {given[:40]!r} is not a date: left out (write it as 2026-01-31T08:00:00Z)")
    kept, wrong = plausible(read, fetched_at)
    if wrong:
        note(f"published_at {given[:40]!r} is {wrong}: {'set to now' if kept else 'left out'}")
    return kept


def _check_size(article: Article) -> None:
    size = len(article.model_dump_json().encode("utf-8", "replace"))
    if size > MAX_ARTICLE_BYTES:
        raise NotAnArticle(f"the article has {size} bytes: more than {MAX_ARTICLE_BYTES} are not taken; split its text")


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"


def _kind_of(value: Any) -> str:
    return {list: "an array", str: "a string", type(None): "null", bool: "a boolean"}.get(type(value), "a number")


def from_plain_text(text: str) -> dict[str, str]:
    """Return the document for a plain text: its first line is the title, the whole of it the text."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return {"title": plain_line(first)[:500], "text": text}
