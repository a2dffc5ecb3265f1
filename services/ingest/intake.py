"""The one way in: decide what is new, publish it, then remember it."""

from collections.abc import Awaitable, Callable, Sequence

from schemas.article import Article
from services.ingest.identity import Decision, Draft, decide
from services.ingest.metrics import ARTICLES
from services.ingest.store import ArticleStore
from services.runtime.clock import Clock

Publish = Callable[[Sequence[Article]], Awaitable[None]]
"""Returns only when Kafka has all of them; raises Transient when it cannot be had."""

BATCH = 200


class Intake:
    """Takes drafts from any source and publishes those that are new or edited."""

    def __init__(self, store: ArticleStore, publish: Publish, clock: Clock) -> None:
        self._store = store
        self._publish = publish
        self._clock = clock

    async def take(self, drafts: Sequence[Draft]) -> list[Decision]:
        """Return what became of each draft, in order. Raises Transient when Kafka or the database is away.

        Published first and remembered after: a crash in between can only publish the same id and revision again.
        """
        decisions: list[Decision] = []
        for start in range(0, len(drafts), BATCH):
            decisions += await self._take_batch(drafts[start : start + BATCH])
        return decisions

    async def _take_batch(self, drafts: Sequence[Draft]) -> list[Decision]:
        async with self._store.claim([draft.article_id for draft in drafts]) as claim:
            decisions = decide(drafts, await claim.known())
            articles = [article for decision in decisions if (article := decision.article)]
            if articles:
                await self._publish(articles)
            await claim.record(decisions, self._clock())
        for decision in decisions:
            ARTICLES.labels(decision.draft.source.kind.value, decision.status.value).inc()
        return decisions
