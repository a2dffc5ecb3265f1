"""The one way in: decide what is new, publish it, then remember it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from schemas.article import Article
from services.ingest.identity import Decision, Draft, decide
from services.ingest.metrics import ARTICLES
from services.ingest.store import ArticleStore
from services.runtime.clock import Clock
from services.runtime.failure import Transient

Publish = Callable[[Sequence[Article]], Awaitable[None]]
"""Returns only when Kafka has all of them; raises Transient when it cannot be had."""

BATCH = 200


@dataclass
class _Turn:
    """The drafts of one caller, and what became of them."""

    drafts: Sequence[Draft]
    decisions: Sequence[Decision] | None = None
    error: Exception | None = None

    @property
    def is_over(self) -> bool:
        return self.decisions is not None or self.error is not None


@dataclass
class Intake:
    """Takes drafts from any source and publishes those that are new or edited.

    One batch is under way at a time; those who come meanwhile share the next one. So a hundred single pushes cost
    one round trip to Kafka and one commit, and no two of them decide about the same article.
    """

    store: ArticleStore
    publish: Publish
    clock: Clock
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: deque[_Turn] = field(default_factory=deque)

    async def take(self, drafts: Sequence[Draft]) -> list[Decision]:
        """Return what became of each draft, in order. Raises Transient when Kafka or the database is away.

        Published first and remembered after: a crash in between can only publish the same id and revision again.
        """
        decisions: list[Decision] = []
        for start in range(0, len(drafts), BATCH):
            decisions += await self._take_turn(drafts[start : start + BATCH])
        return decisions

    async def _take_turn(self, drafts: Sequence[Draft]) -> Sequence[Decision]:
        turn = _Turn(drafts)
        self._waiting.append(turn)
        async with self._one_at_a_time:
            while not turn.is_over:
                await self._carry_out(self._next_turns())
        if turn.error is not None:
            raise turn.error
        return turn.decisions or ()

    def _next_turns(self) -> list[_Turn]:
        """Return the callers who have waited longest, as many as fit into a batch."""
        turns = [self._waiting.popleft()]
        size = len(turns[0].drafts)
        while self._waiting and size + len(self._waiting[0].drafts) <= BATCH:
            turns.append(self._waiting.popleft())
            size += len(turns[-1].drafts)
        return turns

    async def _carry_out(self, turns: Sequence[_Turn]) -> None:
        try:
            decisions = iter(await self._take_batch([draft for turn in turns for draft in turn.drafts]))
        except Exception as error:  # noqa: BLE001 - it is raised to each caller
            for turn in turns:
                turn.error = error
        except BaseException:
            for turn in turns:
                turn.error = Transient("ingest is stopping")
            raise
        else:
            for turn in turns:
                turn.decisions = [next(decisions) for _ in turn.drafts]

    async def _take_batch(self, drafts: Sequence[Draft]) -> list[Decision]:
        async with self.store.claim([draft.article_id for draft in drafts]) as claim:
            decisions = decide(drafts, await claim.known())
            articles = [article for decision in decisions if (article := decision.article)]
            if articles:
                await self.publish(articles)
            await claim.record(decisions, self.clock())
        for decision in decisions:
            ARTICLES.labels(decision.draft.source.kind.value, decision.status.value).inc()
        return decisions
