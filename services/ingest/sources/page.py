"""Page: a web page without any feed, watched by the selectors of its source."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.ingest.selection import Selection
from services.ingest.sources.article_pages import read_listed
from services.ingest.sources.reader import Document, Fetched, Reach
from services.ingest.sources.request import Answer, Limits
from services.ingest.sources.selected import read_html
from services.ingest.spec import SourceSpec

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
LIMITS = Limits(max_bytes=5 * 1024 * 1024)


class PageReader:
    """Reads the list of articles on a page, and each new article's own page where the source asks for that."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the articles, oldest first (pages list the newest first). Raises Busy, Transient or Permanent."""
        return await read_listed(spec, validators, reach, _found, accept=ACCEPT, limits=LIMITS)


def _found(answer: Answer, select: Selection) -> Sequence[Document]:
    return read_html(answer.text, select, answer.final_url)
