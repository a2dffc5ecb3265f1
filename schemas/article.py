"""Article: one text from one source, as fetched."""

from enum import StrEnum
from typing import Self

from pydantic import Field

from schemas.base import Message, UtcDatetime, stable_id


class SourceKind(StrEnum):
    """What stands behind a source; an `official` one speaks for a government or a bloc."""

    NEWS = "news"
    OFFICIAL = "official"
    COMPANY = "company"
    AGGREGATOR = "aggregator"
    PUSH = "push"


class Source(Message):
    """Who published a text."""

    id: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=300)
    kind: SourceKind
    country: str | None = Field(default=None, max_length=8)
    """ISO 3166-1 alpha-2 code or bloc, or null where unknown."""


class Article(Message):
    """One text from one source, as fetched; an edit of the same page is a new revision of the same article."""

    id: str = Field(min_length=1, max_length=200)
    revision: int = Field(default=1, ge=1)
    url: str | None = Field(default=None, max_length=4096)
    source: Source
    title: str = ""
    text: str = ""
    """Plain text. Evidence of a detection counts characters of this text."""
    language: str | None = Field(default=None, max_length=16)
    """ISO 639-1, or null where it could not be told."""
    published_at: UtcDatetime | None = None
    fetched_at: UtcDatetime

    @staticmethod
    def id_for(canonical_url: str | None, title: str, text: str) -> str:
        """Return the stable id of a page: from its canonical address, or from the content where there is none."""
        return stable_id("art", canonical_url) if canonical_url else stable_id("art", title, text)


class ArticleRef(Message):
    """What a detection remembers of its article."""

    id: str
    revision: int = 1
    url: str | None = None
    title: str = ""
    language: str | None = None
    published_at: UtcDatetime | None = None
    fetched_at: UtcDatetime | None = None
    source: Source

    @classmethod
    def of(cls, article: Article) -> Self:
        """Return the reference to this article."""
        return cls(**{name: getattr(article, name) for name in cls.model_fields})
