"""One poll: fetch, take in what is new, remember how it went."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from schemas.source_state import SourceStatus, SourceTrouble
from services.ingest.book import Book
from services.ingest.identity import Decision, Draft, Status
from services.ingest.intake import Intake
from services.ingest.language import Detect
from services.ingest.metrics import POLL_SECONDS, POLLS, REJECTED
from services.ingest.pace import held
from services.ingest.pushed import NotAnArticle, read_pushed
from services.ingest.source_store import Claimed, SourceStore
from services.ingest.sources import READERS
from services.ingest.sources.reader import Busy, ChangedShape, Denied, Fetched, Reach
from services.ingest.spec import SourceSpec, SourceType
from services.ingest.state import Seen, State, after_failure, after_success, reads
from services.runtime.clock import Clock
from services.runtime.database import is_transient
from services.runtime.failure import Permanent, Transient
from services.runtime.logs import get_logger
from services.runtime.tracing import use

log = get_logger("ingest.poll")

_ONE_ANSWER = frozenset({SourceType.FEED, SourceType.SITEMAP, SourceType.FEDERAL_REGISTER})
"""Kinds whose reading takes as long as their server; the others wait on purpose, or read 30 MB."""
_TROUBLES = {ChangedShape: SourceTrouble.CHANGED_SHAPE, Denied: SourceTrouble.DENIED}


@dataclass
class Poller:
    """Polls one source at a time; several run side by side."""

    book: Book
    store: SourceStore
    intake: Intake
    reach: Callable[[datetime], Reach]
    detect: Detect
    clock: Clock

    async def poll(self, source_id: str) -> str:
        """Poll a source and return the outcome: a label of `chokepoint_ingest_polls_total`, or why there was none.

        `gone`: no such source; `not_due`: it was polled already or is left alone; `held`: another copy of this service
        polls it, or died while it did, so ask again after the lease.

        Never raises for what a source does; raises Transient, or the database's error, while one of ours is away.
        """
        spec = self.book.specs.get(source_id)
        if spec is None or not spec.enabled:
            return "gone"
        claimed = await self._claim(spec)
        if claimed is not Claimed.MINE:
            return "held" if claimed is Claimed.HELD else "not_due"
        started = time.monotonic()
        try:
            with use(None):
                outcome = await self._poll(spec, await self.book.state(spec))
        finally:
            await self.store.release(spec.id)
        POLL_SECONDS.labels(spec.type.value).observe(time.monotonic() - started)
        POLLS.labels(spec.type.value, outcome).inc()
        return outcome

    async def _claim(self, spec: SourceSpec) -> Claimed:
        """Take the source, unless it is left alone, or another copy polls it or has just done so."""
        now = self.clock()
        state = await self.book.state(spec)
        if state.not_before is not None and now < state.not_before:
            return Claimed.DONE
        return await self.store.claim(spec.id, now, now - held(spec, state.pace_seconds) / 2)

    async def _poll(self, spec: SourceSpec, state: State) -> str:
        now = self.clock()
        try:
            reach = replace(self.reach(now), recall=partial(self.store.recall, spec.id, reads(spec)))
            started = time.monotonic()
            fetched = await READERS[spec.type].fetch(spec, state.validators_for(spec), reach)
        except (Permanent, Transient) as error:
            return await self._failed(spec, state, error)
        except Exception as error:  # a reader's own fault must not end the pollers
            log.exception("source.reader_failed", source_id=spec.id)
            return await self._failed(spec, state, Permanent(f"our reader failed: {type(error).__name__}"))
        try:
            seconds = time.monotonic() - started if spec.type in _ONE_ANSWER else None
            return await self._take(spec, state, fetched, seconds)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("source.poll_postponed", source_id=spec.id, reason=str(error)[:300])
            return "postponed"

    async def _take(self, spec: SourceSpec, state: State, fetched: Fetched, seconds: float | None) -> str:
        """Take the items in, then keep the validators: never the other way round, or a crash would lose them."""
        drafts, wrong = await asyncio.to_thread(self._drafts, spec, fetched)
        decisions = await self.intake.take(drafts)
        fresh = [one for one in decisions if one.status is not Status.UNCHANGED]
        if fetched.memory is not None:
            await self.store.keep(spec.id, reads(spec), fetched.memory, self.clock())
        problems = [*fetched.problems, *wrong]
        self._say(spec, fresh, problems)
        after = after_success(
            state,
            spec,
            seen=Seen([one.draft.published_at for one in fresh], _listed(fetched), problems, seconds, fetched.moved_to),
            validators=fetched.validators,
            now=self.clock(),
        )
        await self._record(spec, state, after)
        return "unchanged" if fetched.unchanged else "ok"

    def _drafts(self, spec: SourceSpec, fetched: Fetched) -> tuple[list[Draft], list[str]]:
        now = self.clock()
        drafts, wrong = [], []
        for item in fetched.items:
            document = {"language": spec.language, **item}
            try:
                pushed = read_pushed(document, spec.source, now, self.detect)
            except NotAnArticle as error:
                wrong.append(str(error))
                continue
            drafts.append(pushed.draft)
            if pushed.notes:
                log.info("source.item_doubtful", source_id=spec.id, url=pushed.draft.url, notes=pushed.notes)
        return drafts, wrong

    def _say(self, spec: SourceSpec, fresh: Sequence[Decision], problems: Sequence[str]) -> None:
        REJECTED.labels(spec.type.value).inc(len(problems))
        for problem in problems[:10]:
            log.warning("source.item_rejected", source_id=spec.id, reason=problem)
        if fresh:
            log.info("source.articles_new", source_id=spec.id, count=len(fresh))

    async def _failed(self, spec: SourceSpec, state: State, error: Exception) -> str:
        after = after_failure(
            state,
            spec,
            reason=str(error),
            for_good=isinstance(error, Permanent),
            retry_after_seconds=error.retry_after_seconds if isinstance(error, Busy) else None,
            trouble=next((trouble for kind, trouble in _TROUBLES.items() if isinstance(error, kind)), None),
            now=self.clock(),
        )
        log.warning("source.poll_failed", source_id=spec.id, reason=after.reason, failures=after.failures_in_a_row)
        await self._record(spec, state, after)
        return "busy" if isinstance(error, Busy) else "failed"

    async def _record(self, spec: SourceSpec, before: State, after: State) -> None:
        if after.status is not before.status:
            word = "source.recovered" if after.status is SourceStatus.OK else "source.status_changed"
            log.info(word, source_id=spec.id, before=before.status.value, after=after.status.value, reason=after.reason)
        if spec.id in self.book.specs:  # it may have been removed meanwhile
            await self.book.record(spec, after, before)


def _listed(fetched: Fetched) -> int | None:
    if fetched.unchanged:
        return None
    return len(fetched.items) if fetched.listed is None else fetched.listed
