"""The pages behind a list that gives titles alone: each new article's page is read once, a few at a time."""

import asyncio
import time
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.ingest.selection import Selection
from services.ingest.sources.reader import Busy, Denied, Document, Fetched, Reach
from services.ingest.sources.request import Limits, ask_page
from services.ingest.sources.selected import page_text
from services.runtime.failure import Permanent, Transient

PAGES_A_TIME = 10
TRIES = 3
LONGEST_SECONDS = 60.0
"""No page more is begun after this time: the poll must end within its lease."""
LIMITS = Limits(max_bytes=2 * 1024 * 1024)
_REMEMBERED = 1000


async def with_pages(listed: Fetched, select: Selection, validators: Mapping[str, Any], reach: Reach) -> Fetched:
    """Return a list with the text of each new article's page, where `select.page` says where it stands.

    Articles whose page was not read yet wait for the next reading; one whose page cannot be read three times comes
    without its text.
    """
    if not select.page:
        return listed
    tries: dict[str, int] = dict(validators.get("pages", {}))
    items: list[Document] = []
    problems: list[str] = []
    waiting = asked = 0
    paused = False
    started = time.monotonic()
    for item in listed.items:
        mark = f"{zlib.crc32(str(item.get('url')).encode()):08x}"
        if tries.get(mark, 0) >= TRIES or "url" not in item:
            continue
        if paused or asked >= PAGES_A_TIME or time.monotonic() - started > LONGEST_SECONDS:
            waiting += 1
            continue
        asked += 1
        try:
            items.append({**item, "text": await _text(item["url"], select.page, reach)})
            tries[mark] = TRIES
        except Busy as error:
            paused = True
            waiting += 1
            problems.append(f"{item['url']}: {error}")
        except (Permanent, Transient) as error:
            tries[mark] = TRIES if isinstance(error, Denied) else tries.get(mark, 0) + 1
            problems.append(f"{item['url']}: {error}")
            if tries[mark] >= TRIES:
                items.append(item)
            else:
                waiting += 1
    kept = {**listed.validators, "pages": dict(list(tries.items())[-_REMEMBERED:]), "waiting": waiting}
    count = len(listed.items) if listed.listed is None else listed.listed
    return replace(listed, items=tuple(items), validators=kept, problems=(*listed.problems, *problems), listed=count)


async def _text(url: str, selector: str, reach: Reach) -> str:
    answer = await ask_page(reach, url, {}, accept="text/html, */*;q=0.5", limits=LIMITS)
    return await asyncio.to_thread(page_text, answer.text, selector)
