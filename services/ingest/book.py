"""The sources that count: the bundled catalogue with what people set over it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from schemas.source_state import SourceState, SourceStatus
from services.ingest.metrics import SOURCES
from services.ingest.source_store import SourceStore
from services.ingest.spec import SourceSpec
from services.ingest.state import State, after_success, switched
from services.runtime.clock import Clock

PublishStates = Callable[[Sequence[SourceState]], Awaitable[None]]
PUSH_ID = "push"
"""The source that stands for the push API in the catalogue."""

NextPoll = Callable[[str], datetime | None]


class Book:
    """Every source and how it does; the database is the truth, so that every copy of this service sees a change."""

    def __init__(
        self, store: SourceStore, catalogue: Mapping[str, SourceSpec], publish: PublishStates, clock: Clock
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._publish = publish
        self._clock = clock
        self.specs: dict[str, SourceSpec] = dict(catalogue)
        self.next_poll: NextPoll = lambda _source_id: None
        self.settled: dict[str, State] = {}
        """Every source's state as of the last `refresh`."""
        self._pushed = 0

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
        await self._record_all({one: state for one, state in settled.items() if state != states.get(one)})
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
        told = after_success(
            state, spec, published_at=[None] * count, validators={}, listed=None, problems=(), now=self._clock()
        )
        await self.record(spec, told)
        self._pushed -= count

    async def put(self, spec: SourceSpec) -> bool:
        """Set a source; return whether that changed anything."""
        if self.specs.get(spec.id) == spec:
            return False
        await self._store.put(spec, self._clock())
        self.specs[spec.id] = spec
        before = (await self._store.states([spec.id])).get(spec.id)
        await self.record(spec, switched(before, spec, self._clock()))
        return True

    async def remove(self, source_id: str) -> bool:
        """Remove a source, one of the catalogue too; return whether there was one."""
        spec = self.specs.pop(source_id, None)
        if spec is None:
            return False
        await self._store.put(spec, self._clock(), removed=True)
        state = await self.state(spec)
        gone = state.model_copy(update={"status": SourceStatus.DISABLED, "reason": "removed", "since": self._clock()})
        await self.record(spec, gone)
        return True

    async def state(self, spec: SourceSpec) -> State:
        """Return how a source does."""
        return (await self._store.states([spec.id])).get(spec.id) or State(since=self._clock())

    async def states(self) -> dict[str, State]:
        """Return how every source does."""
        return await self._store.states()

    async def record(self, spec: SourceSpec, state: State) -> None:
        """Keep a state and tell it. Raises Transient when Kafka is away: the state is kept all the same."""
        await self._store.save({spec.id: state})
        await self._publish([self.message(spec, state)])

    async def _record_all(self, states: Mapping[str, State]) -> None:
        if states:
            await self._store.save(states)
            await self._publish([self.message(self.specs[one], state) for one, state in states.items()])

    def message(self, spec: SourceSpec, state: State) -> SourceState:
        """Return a state as it is told."""
        return state.message(spec, self.next_poll(spec.id) if spec.enabled else None)

    def _count(self, states: Mapping[str, State]) -> None:
        for status in SourceStatus:
            count = sum(states[one].status is status for one in self.specs if one in states)
            SOURCES.labels(status.value).set(count)
