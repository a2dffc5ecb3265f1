"""The sources that count: the bundled catalogue with what people set over it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.source_state import SourceState, SourceStatus, SourceTrouble
from services.ingest.blindness import BlindSpots, blind_spots
from services.ingest.metrics import LANGUAGE_SILENT, OFFICIAL_SILENT, SOURCES, SOURCES_IN_TROUBLE
from services.ingest.source_history import SourceHistory
from services.ingest.source_store import SourceStore
from services.ingest.spec import SourceSpec
from services.ingest.state import Seen, State, after_success, switched
from services.runtime.clock import Clock
from services.runtime.logs import get_logger

log = get_logger("ingest.sources")

PublishStates = Callable[[Sequence[SourceState]], Awaitable[None]]
PUSH_ID = "push"
"""The source that stands for the push API in the catalogue."""

NextPoll = Callable[[str], datetime | None]


class Book:
    """Every source and how it does; the database is the truth, so that every copy of this service sees a change."""

    def __init__(
        self,
        store: SourceStore,
        history: SourceHistory,
        catalogue: Mapping[str, SourceSpec],
        publish: PublishStates,
        clock: Clock,
    ) -> None:
        self._store = store
        self._history = history
        self._catalogue = catalogue
        self._publish = publish
        self._clock = clock
        self.specs: dict[str, SourceSpec] = dict(catalogue)
        self.next_poll: NextPoll = lambda _source_id: None
        self.settled: dict[str, State] = {}
        """Every source's state as of the last `refresh`."""
        self._pushed = 0
        self._blind: set[str] = set()

    def is_bundled(self, source_id: str) -> bool:
        """Tell whether a source is of the catalogue, as it came or as it was changed."""
        return source_id in self._catalogue

    async def refresh(self) -> dict[str, SourceSpec]:
        """Read the sources again and return them; a source that was never seen gets its first state."""
        overrides = await self._store.overrides()
        merged = {**self._catalogue, **overrides}
        self.specs = {one: spec for one, spec in merged.items() if spec is not None}
        states = await self._store.states()
        settled = {one: switched(states.get(one), spec, self._clock()) for one, spec in self.specs.items()}
        await self._record_all({one: state for one, state in settled.items() if state != states.get(one)}, states)
        self.settled = settled
        self._count(settled)
        return self.specs

    def count_pushed(self, articles: int) -> None:
        """Count pushed articles; `tell_pushed` says so in the state of the push source."""
        self._pushed += articles

    async def tell_pushed(self) -> None:
        """Bring the state of the push source up to date, once for all that came since the last time."""
        spec, count = self.specs.get(PUSH_ID), self._pushed
        if spec is None or count == 0:
            return
        state = await self.state(spec)
        told = after_success(state, spec, seen=Seen(published_at=[None] * count), validators={}, now=self._clock())
        await self.record(spec, told, state)
        self._pushed -= count

    async def put(self, spec: SourceSpec) -> bool:
        """Set a source; return whether that changed anything."""
        if self.specs.get(spec.id) == spec:
            return False
        await self._store.put(spec, self._clock())
        self.specs[spec.id] = spec
        before = (await self._store.states([spec.id])).get(spec.id)
        await self.record(spec, switched(before, spec, self._clock()), before)
        return True

    async def remove(self, source_id: str) -> bool:
        """Remove a source, one of the catalogue too; return whether there was one."""
        spec = self.specs.pop(source_id, None)
        if spec is None:
            return False
        await self._store.put(spec, self._clock(), removed=True)
        state = await self.state(spec)
        gone = state.model_copy(update={"status": SourceStatus.DISABLED, "reason": "removed", "since": self._clock()})
        await self.record(spec, gone, state)
        return True

    async def state(self, spec: SourceSpec) -> State:
        """Return how a source does."""
        return (await self._store.states([spec.id])).get(spec.id) or State(since=self._clock())

    async def states(self) -> dict[str, State]:
        """Return how every source does."""
        return await self._store.states()

    async def record(self, spec: SourceSpec, state: State, before: State | None = None) -> None:
        """Keep a state and tell it. Raises Transient when Kafka is away: the state is kept all the same."""
        await self._record_all({spec.id: state}, {spec.id: before} if before else {}, {spec.id: spec})

    async def _record_all(
        self,
        states: Mapping[str, State],
        before: Mapping[str, State],
        specs: Mapping[str, SourceSpec] | None = None,
    ) -> None:
        if not states:
            return
        named = self.specs if specs is None else specs
        await self._store.save(states)
        await self._history.note(states, before, self._clock())
        await self._publish([self.message(named[one], state) for one, state in states.items()])

    async def history(self, source_id: str) -> list[dict[str, Any]]:
        """Return how a source did in the last 90 days, the newest change first."""
        return await self._history.of(source_id)

    def message(self, spec: SourceSpec, state: State) -> SourceState:
        """Return a state as it is told."""
        return state.message(spec, self.next_poll(spec.id) if spec.enabled else None)

    def _count(self, states: Mapping[str, State]) -> None:
        known = {one: states[one] for one in self.specs if one in states}
        for status in SourceStatus:
            SOURCES.labels(status.value).set(sum(state.status is status for state in known.values()))
        for trouble in SourceTrouble:
            SOURCES_IN_TROUBLE.labels(trouble.value).set(sum(state.trouble is trouble for state in known.values()))
        blind = blind_spots(self.specs, known)
        for language, is_silent in blind.languages.items():
            LANGUAGE_SILENT.labels(language).set(is_silent)
        OFFICIAL_SILENT.set(len(blind.official))
        self._say_blind(blind)

    def _say_blind(self, blind: BlindSpots) -> None:
        """Say once when a language or an official source falls silent, and once when it speaks again."""
        now = {f"language {one}" for one, is_silent in blind.languages.items() if is_silent} | set(blind.official)
        for one in sorted(now - self._blind):
            log.warning("sources.silent", what=one)
        for one in sorted(self._blind - now):
            log.info("sources.heard_again", what=one)
        self._blind = now
