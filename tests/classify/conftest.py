"""What the tests of classify share: articles of our own writing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from schemas.article import Article, Source, SourceKind

SOURCE = Source(id="paper", name="A paper", kind=SourceKind.NEWS)
Make = Callable[..., Article]


@pytest.fixture
def article() -> Make:
    """Make an article from a title and a text."""

    def make(title: str, text: str, *, language: str | None = None, published: datetime | None = None) -> Article:
        return Article(
            id=Article.id_for(None, title, text),
            source=SOURCE,
            title=title,
            text=text,
            language=language,
            published_at=published,
            fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        )

    return make
