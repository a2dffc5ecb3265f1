"""PageRequest: classify asks ingest to fetch the page behind a short item."""

from schemas.article import ArticleRef
from schemas.base import Message, UtcDatetime


class PageRequest(Message):
    """A short item may matter: ingest fetches its page, which comes back as the article's next revision."""

    article_id: str
    revision: int
    url: str
    reason: str
    requested_at: UtcDatetime
    article: ArticleRef | None = None
    """What is known of the article; its next revision keeps source, title and date. Without it none can be made."""
