"""Page: a web page without any feed, watched by the selectors of its source."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.ingest.sources.article_pages import with_pages
from services.ingest.sources.reader import Fetched, Reach
from services.ingest.sources.request import Limits, ask_page
from services.ingest.sources.selected import read_html
from services.ingest.spec import SourceSpec

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
LIMITS = Limits(max_bytes=5 * 1024 * 1024)


class PageReader:
    """Reads the list of articles on a page, and each new article's own page where the source asks for that."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the articles, oldest first (pages list the newest first). Raises Busy, Transient or Permanent."""
        assert spec.select is not None  # noqa: S101 - the spec holds it
        conditions = {} if validators.get("waiting") else validators
        answer = await ask_page(reach, spec.url or "", conditions, accept=ACCEPT, limits=LIMITS)
        if answer.unchanged:
            kept = {**validators, **answer.validators}
            return Fetched(validators=kept, unchanged=True, moved_to=answer.moved_to)
        found = await asyncio.to_thread(read_html, answer.text, spec.select, answer.final_url)
        listed = Fetched(tuple(reversed(found)), answer.validators, listed=len(found), moved_to=answer.moved_to)
        return await with_pages(listed, spec.select, validators, reach)
