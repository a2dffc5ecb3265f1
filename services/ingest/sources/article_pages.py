"""The pages behind a list that gives titles alone: each new article's page is read once, a few at a time."""

import asyncio
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.ingest.selection import Selection
from services.ingest.sources.reader import Busy, Denied, Document, Fetched, Reach
from services.ingest.sources.request import Answer, Limits, ask_page
from services.ingest.sources.selected import page_text
from services.ingest.spec import SourceSpec
from services.runtime.failure import Permanent, Transient

PAGES_A_TIME = 10
PAGES_OF_A_FIRST_LOOK = 20
TRIES = 3
LONGEST_SECONDS = 60.0
"""No page more is begun after this time: the poll must end within its lease."""
LIMITS = Limits(max_bytes=2 * 1024 * 1024)
_REMEMBERED = 1000


Find = Callable[[Answer, Selection], Sequence[Document]]
"""Find the articles of a list as it was fetched, the newest first, as lists have them."""


async def read_listed(spec: SourceSpec, validators: Mapping[str, Any], reach: Reach, find: Find, **how: Any) -> Fetched:
    """Return the articles of a list, oldest first, each with its page where the source asks for that.

    `how` goes to `ask_page`. Raises Busy, Transient or Permanent.
    """
    if spec.select is None:
        raise Permanent(f"select is missing: a {spec.type} cannot be read without it")
    conditions = {} if validators.get("waiting") else validators
    answer = await ask_page(reach, spec.url or "", conditions, **how)
    if answer.unchanged:
        kept = {**validators, **answer.validators}
        return Fetched(validators=kept, unchanged=True, moved_to=answer.moved_to)
    found = await asyncio.to_thread(find, answer, spec.select)
    listed = Fetched(tuple(reversed(found)), answer.validators, listed=len(found), moved_to=answer.moved_to)
    return await _with_pages(listed, spec.select, validators, reach)


async def _with_pages(listed: Fetched, select: Selection, validators: Mapping[str, Any], reach: Reach) -> Fetched:
    """Return a list with the text of each new article's page, where `select.page` says where it stands.

    The newest come first, a few at a time; the others wait for the next reading. One whose page cannot be read three
    times comes without its text, and so does, of a first look at a long list, everything but the newest.
    """
    if not select.page:
        return listed
    desk = _Desk(select.page, reach, dict(validators.get("pages", {})))
    first_look = "pages" not in validators
    for position, item in enumerate(reversed(listed.items)):
        await desk.take(item, by_title=first_look and position >= PAGES_OF_A_FIRST_LOOK)
    count = len(listed.items) if listed.listed is None else listed.listed
    return replace(
        listed,
        items=tuple(reversed(desk.items)),
        validators={**listed.validators, "pages": desk.remembered, "waiting": desk.waiting},
        problems=(*listed.problems, *desk.problems),
        listed=count,
    )


@dataclass
class _Desk:
    """The pages of one reading."""

    selector: str
    reach: Reach
    tries: dict[str, int]
    """How often each page was tried, by a mark of its address; `TRIES` for one that is done with."""
    items: list[Document] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    waiting: int = 0
    asked: int = 0
    paused: bool = False
    started: float = field(default_factory=time.monotonic)

    @property
    def remembered(self) -> dict[str, int]:
        """The newest marks."""
        return dict(list(self.tries.items())[-_REMEMBERED:])

    @property
    def _has_done_enough(self) -> bool:
        return self.paused or self.asked >= PAGES_A_TIME or time.monotonic() - self.started > LONGEST_SECONDS

    async def take(self, item: Document, *, by_title: bool) -> None:
        """Read the page of one article, unless it was read before or enough was done."""
        mark = f"{zlib.crc32(str(item.get('url')).encode()):08x}"
        if self.tries.get(mark, 0) >= TRIES:
            return
        if by_title or "url" not in item:
            self._done(mark, item)
        elif self._has_done_enough:
            self.waiting += 1
        else:
            await self._read(mark, item)

    async def _read(self, mark: str, item: Document) -> None:
        self.asked += 1
        try:
            self._done(mark, {**item, "text": await _text(item["url"], self.selector, self.reach)})
        except (Permanent, Transient) as error:
            self.problems.append(f"{item['url']}: {error}")
            self.paused = self.paused or isinstance(error, Busy)
            if not isinstance(error, Busy):  # a wish for a pause is no failed try
                self.tries[mark] = TRIES if isinstance(error, Denied) else self.tries.get(mark, 0) + 1
            if self.tries.get(mark, 0) >= TRIES:
                self.items.append(item)
            else:
                self.waiting += 1

    def _done(self, mark: str, item: Document) -> None:
        self.tries[mark] = TRIES
        self.items.append(item)


async def _text(url: str, selector: str, reach: Reach) -> str:
    answer = await ask_page(reach, url, {}, accept="text/html, */*;q=0.5", limits=LIMITS)
    return await asyncio.to_thread(page_text, answer.text, selector)
