"""Requests for pages taken in and worked off: fetched as robots allow, their text found, published as a revision."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.article import ArticleRef
from schemas.page_request import PageRequest
from services.ingest.dates import plausible, read_date
from services.ingest.identity import Draft
from services.ingest.intake import Intake
from services.ingest.language import Detect, language_of
from services.ingest.metrics import PAGES
from services.ingest.pages.extractor import Extractor
from services.ingest.pages.page_queue import PageQueue, Waiting
from services.ingest.pages.page_text import PageKind
from services.ingest.sources.reader import Busy, Denied, Reach
from services.ingest.sources.request import Limits, ask_page
from services.runtime.clock import Clock
from services.runtime.database import is_transient
from services.runtime.failure import Permanent, Transient
from services.runtime.health import Beat, Health
from services.runtime.logs import get_logger
from services.runtime.records import Received
from services.runtime.service import wait_or_stop

log = get_logger("ingest.pages")

READERS = 4
IDLE_SECONDS = 1.0
STUCK_SECONDS = 300.0
LIMITS = Limits(max_bytes=2 * 1024 * 1024)
TRIES = 4
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=6)
_MAX_TEXT = 200_000


@dataclass
class PageDesk:
    """Takes requests in, and reads their pages one after the other, a few side by side."""

    queue: PageQueue
    extractor: Extractor
    intake: Intake
    reach: Callable[[datetime], Reach]
    detect: Detect
    clock: Clock
    health: Health

    async def __call__(self, batch: Sequence[Received[PageRequest]]) -> None:
        """Keep the requests of a batch; one that does not say of which article it is cannot be published."""
        requests = [one.message for one in batch]
        known = [one for one in requests if one.article is not None]
        PAGES.labels("without_article").inc(len(requests) - len(known))
        given_up = await self.queue.add(known, self.clock())
        if given_up:
            PAGES.labels("given_up").inc(given_up)
            log.warning("pages.given_up", count=given_up, reason="too many wait")

    async def work(self, stopping: asyncio.Event) -> None:
        """Read pages until the service stops."""
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(READERS):
                    group.create_task(self._work(stopping, self.health.loop(f"pages-{number}", STUCK_SECONDS)))
        finally:
            await self.extractor.stop()

    async def _work(self, stopping: asyncio.Event, beat: Beat) -> None:
        while not stopping.is_set():
            beat.beat()
            try:
                worked = await self.one()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("pages.postponed", reason=str(error)[:300])
                worked = False
            if not worked:
                await wait_or_stop(stopping, IDLE_SECONDS)

    async def one(self) -> bool:
        """Read the page that has waited longest; False where none is due. Raises Transient while Kafka is away."""
        now = self.clock()
        waiting = await self.queue.take(now)
        if waiting is None:
            return False
        request = waiting.request
        try:
            outcome = await self._read(request, now)
        except (Busy, Transient) as error:
            await self._postpone(waiting, error, now)
            return True
        except Permanent as error:
            outcome = "denied" if isinstance(error, Denied) else "failed"
            log.info("page.not_read", article_id=request.article_id, url=request.url, reason=str(error))
        PAGES.labels(outcome).inc()
        await self.queue.done(request.article_id)
        return True

    async def _postpone(self, waiting: Waiting, error: Transient, now: datetime) -> None:
        """Try again later; a wish for a pause is no failed try."""
        request, tries = waiting.request, waiting.tries + (not isinstance(error, Busy))
        wished = error.retry_after_seconds if isinstance(error, Busy) else None
        pause = timedelta(seconds=wished) if wished else FIRST_PAUSE * 4 ** max(tries - 1, 0)
        due_at = now + min(max(pause, FIRST_PAUSE), LONGEST_PAUSE)
        if tries >= TRIES or due_at - request.requested_at > GIVEN_UP_AFTER:
            PAGES.labels("given_up").inc()
            log.info("page.given_up", article_id=request.article_id, url=request.url, reason=str(error))
            await self.queue.done(request.article_id)
            return
        await self.queue.later(request.article_id, due_at, tries=tries)

    async def _read(self, request: PageRequest, now: datetime) -> str:
        answer = await ask_page(self.reach(now), request.url, {}, accept="text/html, */*;q=0.5", limits=LIMITS)
        page = await self.extractor.read(answer.text)
        if page.kind is not PageKind.ARTICLE:
            log.info("page.no_text", article_id=request.article_id, url=request.url, reason=page.kind.value)
            return page.kind.value
        if request.article is None:
            return "without_article"
        await self.intake.take([draft_of(request.article, page.text[:_MAX_TEXT], page.published_at, now, self.detect)])
        return "read"


def draft_of(article: ArticleRef, text: str, date: str | None, now: datetime, detect: Detect) -> Draft:
    """Return the article with its page's text; its own title and date stand, the page's date fills in for none."""
    published_at = article.published_at or plausible(read_date(date) if date else None, now)[0]
    return Draft(
        id=article.id,
        url=article.url,
        source=article.source,
        title=article.title,
        text=text,
        language=language_of(article.title, text, article.language, detect),
        published_at=published_at,
        fetched_at=now,
    )
