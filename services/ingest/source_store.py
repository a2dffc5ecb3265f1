"""Sources and their states, kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from services.ingest.spec import SourceSpec
from services.ingest.state import State
from services.ingest.store import insert
from services.ingest.tables import source_memories, source_states, sources
from services.runtime.database import Database


class SourceStore:
    """What people set over the catalogue, and how each source does."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def overrides(self) -> dict[str, SourceSpec | None]:
        """Return each source that was set, and None for each of the catalogue's that was removed."""
        async with self._db.read() as connection:
            rows = (await connection.execute(select(sources))).all()
        return {row.id: None if row.removed else SourceSpec.model_validate(row.spec) for row in rows}

    async def put(self, spec: SourceSpec, now: datetime, *, removed: bool = False) -> None:
        """Set a source, or mark it as removed."""
        values = {"spec": spec.document(), "removed": removed, "updated_at": now}
        statement = insert(self._db, sources).values(id=spec.id, **values)
        async with self._db.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))

    async def states(self, ids: Sequence[str] | None = None) -> dict[str, State]:
        """Return the states of these sources, or of all."""
        wanted = select(source_states.c.source_id, source_states.c.state)
        if ids is not None:
            wanted = wanted.where(source_states.c.source_id.in_(ids))
        async with self._db.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return {row.source_id: State.model_validate(row.state) for row in rows}

    async def save(self, states: Mapping[str, State]) -> None:
        """Keep the states of these sources."""
        rows = [{"source_id": one, "state": state.model_dump(mode="json")} for one, state in states.items()]
        statement = insert(self._db, source_states)
        changed = {"state": statement.excluded.state}
        async with self._db.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=changed), rows)

    async def claim(self, source_id: str, now: datetime, unless_since: datetime) -> bool:
        """Take the right to poll a source now; False where a copy of this service took it after `unless_since`."""
        free = or_(source_states.c.claimed_at.is_(None), source_states.c.claimed_at <= unless_since)
        mine = update(source_states).where(source_states.c.source_id == source_id, free).values(claimed_at=now)
        async with self._db.write() as connection:
            return bool((await connection.execute(mine)).rowcount)

    async def give_back(self, source_id: str) -> None:
        """Free a source whose poll came to nothing through no fault of its own."""
        free = update(source_states).where(source_states.c.source_id == source_id).values(claimed_at=None)
        async with self._db.write() as connection:
            await connection.execute(free)

    async def recall(self, source_id: str, reads: str) -> bytes | None:
        """Return what was kept of a source's last reading, unless it now reads something else."""
        wanted = select(source_memories.c.body).where(
            source_memories.c.source_id == source_id, source_memories.c.reads == reads
        )
        async with self._db.read() as connection:
            body: bytes | None = (await connection.execute(wanted)).scalar_one_or_none()
        return body

    async def keep(self, source_id: str, reads: str, body: bytes, now: datetime) -> None:
        """Keep what the next reading of a source must know."""
        values = {"reads": reads, "body": body, "kept_at": now}
        statement = insert(self._db, source_memories).values(source_id=source_id, **values)
        async with self._db.write() as connection:
            await connection.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=values))
