"""The loops of ingest: a few pollers at the queue, the plan kept up to date, old rows dropped."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from schemas.article import SourceKind
from services.ingest.answers import Answers
from services.ingest.book import Book
from services.ingest.pace import held
from services.ingest.politeness import Hosts, host_of
from services.ingest.poll import Poller
from services.ingest.rounds import PollQueue, Rounds, Turn
from services.ingest.source_history import SourceHistory
from services.ingest.source_store import LEASE
from services.ingest.spec import SourceSpec
from services.ingest.state import State
from services.ingest.store import ArticleStore
from services.runtime.clock import Clock
from services.runtime.database import is_transient
from services.runtime.health import Beat, Health
from services.runtime.logs import get_logger
from services.runtime.service import wait_or_stop

log = get_logger("ingest.pollers")

POLLERS = 24
"""Enough for 2,000 sources of which one in ten hangs for its whole deadline."""
PLAN_SECONDS = 30.0
IDLE_SECONDS = 1.0
STUCK_SECONDS = 300.0
HOUSEKEEPING_SECONDS = 3600.0
REMEMBERED_FOR = timedelta(days=120)
"""Four times as long as `articles.v1` is kept; what a source still shows is never forgotten."""


@dataclass
class Pollers:
    """Works the queue until the service stops, then finishes what it holds."""

    queue: PollQueue
    rounds: Rounds
    book: Book
    poller: Poller
    hosts: Hosts
    health: Health

    async def work(self, stopping: asyncio.Event) -> None:
        """Run the pollers side by side."""
        async with asyncio.TaskGroup() as group:
            for number in range(POLLERS):
                beat = self.health.loop(f"poller-{number}", STUCK_SECONDS)
                group.create_task(self._work(stopping, beat), name=beat.name)

    async def _work(self, stopping: asyncio.Event, beat: Beat) -> None:
        while not stopping.is_set():
            beat.beat()
            try:
                source_id = await asyncio.wait_for(self.queue.take(), IDLE_SECONDS)
            except TimeoutError:
                continue
            await self._one(source_id)

    async def _one(self, source_id: str) -> None:
        spec = self.book.specs.get(source_id)
        host = host_of(spec.url) if spec else None
        wait_seconds = self.hosts.enter(host)
        if wait_seconds:
            asyncio.get_running_loop().call_later(wait_seconds, self._again, source_id)
            return
        outcome = ""
        try:
            outcome = await self.poller.poll(source_id)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("source.poll_postponed", source_id=source_id, reason=str(error)[:300])
        finally:
            self.hosts.leave(host)
            self.queue.done(source_id)
        if outcome == "held":
            asyncio.get_running_loop().call_later(LEASE.total_seconds() + 1, self._offer, source_id)

    def _again(self, source_id: str) -> None:
        self.queue.done(source_id)
        self._offer(source_id)

    def _offer(self, source_id: str) -> None:
        spec = self.book.specs.get(source_id)
        self.queue.offer(source_id, first=spec is not None and spec.source_kind is SourceKind.OFFICIAL)

    async def plan(self, stopping: asyncio.Event) -> None:
        """Keep a job for each source; every copy of this service sees what another one was told within 30 s."""
        beat = self.health.loop("plan", STUCK_SECONDS)
        self.rounds.start()
        try:
            while not stopping.is_set():
                beat.beat()
                await self._plan_once()
                await wait_or_stop(stopping, PLAN_SECONDS)
        finally:
            self.rounds.stop()

    async def _plan_once(self) -> None:
        try:
            specs = await self.book.refresh()
            await self.book.tell_pushed()
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("sources.plan_postponed", reason=str(error)[:300])
            return
        self.rounds.plan(specs, {one: _turn(specs[one], state) for one, state in self.book.settled.items()})


def _turn(spec: SourceSpec, state: State) -> Turn:
    return Turn(held(spec, state.pace_seconds), state.last_polled_at)


@dataclass
class Housekeeping:
    """Drops what is no longer needed, once an hour."""

    articles: ArticleStore
    answers: Answers
    history: SourceHistory
    clock: Clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until the service stops."""
        while not stopping.is_set():
            try:
                await self.answers.forget(self.clock())
                await self.history.forget(self.clock())
                forgotten = await self.articles.forget(self.clock() - REMEMBERED_FOR)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("housekeeping.postponed", reason=str(error)[:300])
            else:
                log.debug("housekeeping.done", forgotten=forgotten)
            await wait_or_stop(stopping, HOUSEKEEPING_SECONDS)
