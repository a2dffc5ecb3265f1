"""When each source is due: the scheduler only asks, a queue of source ids holds what was asked for.

APScheduler 3.11 with its store in memory, filled from the catalogue and the database at start. Its own default drops
a run that is one second late (`misfire_grace_time=1`); here a late one still runs, and only once (`coalesce`).
"""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from schemas.article import SourceKind
from services.ingest.metrics import QUEUE_LENGTH, ROUNDS_MISSED
from services.ingest.spec import SourceSpec, SourceType
from services.runtime.clock import Clock
from services.runtime.logs import get_logger

log = get_logger("ingest.rounds")

FIRST_ROUND = timedelta(minutes=2)
_STARTS_A_SECOND = 20
_JITTER_SHARE = 0.1
_MAX_JITTER_SECONDS = 60
_REASONS = {EVENT_JOB_MISSED: "missed", EVENT_JOB_MAX_INSTANCES: "busy", EVENT_JOB_ERROR: "failed"}


class PollQueue:
    """Source ids that wait to be polled, each at most once at a time; official ones first."""

    def __init__(self) -> None:
        self._queue: asyncio.PriorityQueue[tuple[int, int, str]] = asyncio.PriorityQueue()
        self._held: set[str] = set()
        self._count = 0

    def offer(self, source_id: str, *, first: bool = False) -> bool:
        """Ask for a poll, `first` before all that is not; False where one is waiting or running already."""
        if source_id in self._held:
            return False
        self._held.add(source_id)
        self._count += 1
        self._queue.put_nowait((0 if first else 1, self._count, source_id))
        QUEUE_LENGTH.set(self._queue.qsize())
        return True

    async def take(self) -> str:
        """Return the next source; call `done` for it afterwards."""
        _, _, source_id = await self._queue.get()
        QUEUE_LENGTH.set(self._queue.qsize())
        return source_id

    def done(self, source_id: str) -> None:
        """Let a source be asked for again."""
        self._held.discard(source_id)


@dataclass(frozen=True)
class Turn:
    """How often a source is asked at present, and when it was last."""

    interval: timedelta
    last_polled_at: datetime | None = None


class Rounds:
    """A job for each enabled source, at its interval."""

    def __init__(self, queue: PollQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._set: dict[str, tuple[SourceSpec, timedelta]] = {}
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_listener(self._count_missed, sum(_REASONS))

    def start(self) -> None:
        """Begin to ask. Needs a running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ask no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def plan(self, specs: Mapping[str, SourceSpec], turns: Mapping[str, Turn]) -> None:
        """Have a job for each of these sources and for no other; one that did not change keeps its times."""
        wanted = {one: spec for one, spec in specs.items() if spec.enabled and spec.type is not SourceType.PUSH}
        for gone in set(self._set) - set(wanted):
            self._scheduler.remove_job(gone)
            del self._set[gone]
        spread = start_spread(len(wanted) - len(self._set))
        for spec in wanted.values():
            turn = turns.get(spec.id) or self._turn_now(spec)
            if self._set.get(spec.id) != (spec, turn.interval) or self._is_lost(spec.id, turn.interval):
                self._add(spec, turn, spread)

    def _turn_now(self, spec: SourceSpec) -> Turn:
        before = self._set.get(spec.id)
        return Turn(before[1] if before and before[0] == spec else spec.interval)

    def _is_lost(self, source_id: str, interval: timedelta) -> bool:
        """Tell whether a clock that was set back has moved a round out of reach."""
        at = self.next_at(source_id)
        lost = at is not None and at > self._clock() + 2 * interval + FIRST_ROUND
        if lost:
            ROUNDS_MISSED.labels("clock").inc()
            log.warning("source.round_lost", source_id=source_id, reason="the clock was set back", next_at=str(at))
        return lost

    def next_at(self, source_id: str) -> datetime | None:
        """Return when a source is asked for next."""
        job = self._scheduler.get_job(source_id)
        at: datetime | None = getattr(job, "next_run_time", None)
        return at

    def _add(self, spec: SourceSpec, turn: Turn, spread: timedelta) -> None:
        seconds = turn.interval.total_seconds()
        jitter = int(min(seconds * _JITTER_SHARE, _MAX_JITTER_SECONDS)) or None
        self._scheduler.add_job(
            self._ask,
            IntervalTrigger(seconds=seconds, jitter=jitter, timezone=UTC),
            args=[spec.id],
            id=spec.id,
            name=spec.id,
            replace_existing=True,
            next_run_time=first_at(spec, turn, self._clock(), spread),
        )
        self._set[spec.id] = (spec, turn.interval)

    async def _ask(self, source_id: str) -> None:
        """Put the source into the queue: a coroutine, because APScheduler runs a plain function in a thread."""
        spec, _ = self._set[source_id]
        if not self._queue.offer(source_id, first=spec.source_kind is SourceKind.OFFICIAL):
            ROUNDS_MISSED.labels("busy").inc()
            log.info("source.round_skipped", source_id=source_id, reason="the one before has not ended")

    def _count_missed(self, event: Any) -> None:
        reason = _REASONS.get(event.code, "failed")
        ROUNDS_MISSED.labels(reason).inc()
        log.warning("source.round_missed", source_id=event.job_id, reason=reason)


def start_spread(count: int) -> timedelta:
    """Return over how long the first polls of so many sources are spread: two minutes, or twenty a second."""
    return max(FIRST_ROUND, timedelta(seconds=count / _STARTS_A_SECOND))


def first_at(spec: SourceSpec, turn: Turn, now: datetime, spread: timedelta = FIRST_ROUND) -> datetime:
    """Return when a source is polled first after a start, or after its interval changed.

    Where the last poll left off; but spread, each source at its own place, so that a start is no stampede; official
    ones in the first quarter of that time.
    """
    place = (zlib.crc32(spec.id.encode()) % 1000) / 1000
    if spec.source_kind is SourceKind.OFFICIAL:
        place /= 4
    earliest = now + min(spread, turn.interval) * place
    due = turn.last_polled_at + turn.interval if turn.last_polled_at else earliest
    return max(earliest, min(due, now + turn.interval))
