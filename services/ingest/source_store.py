"""Sources and their states, kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import or_, select, update

from services.ingest.spec import SourceSpec
from services.ingest.state import State
from services.ingest.store import insert
from services.ingest.tables import source_memories, source_states, sources
from services.runtime.database import Database

LEASE = timedelta(seconds=120)
"""Longer than nearly every poll; a poll that takes longer may be done twice, which changes nothing but the traffic."""


class Claimed(Enum):
    """What became of a wish to poll a source."""

    MINE = "mine"
    DONE = "done"
    """A copy of this service has just polled it."""
    HELD = "held"
    """A copy of this service is polling it, or died while it did."""


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

    async def claim(self, source_id: str, now: datetime, unless_since: datetime) -> Claimed:
        """Take the right to poll a source now.

        Not while another copy of this service holds its lease, nor when one took it after `unless_since` and gave it
        back. A lease that ran out is of a copy that died: what it began is taken over at once.
        """
        state = source_states.c
        ran_out = state.leased_until <= now
        free = or_(state.leased_until.is_(None), ran_out)
        due = or_(state.claimed_at.is_(None), state.claimed_at <= unless_since, ran_out)
        mine = update(source_states).where(state.source_id == source_id, free, due)
        async with self._db.write() as connection:
            taken = await connection.execute(mine.values(claimed_at=now, leased_until=now + LEASE))
            if taken.rowcount:
                return Claimed.MINE
            held = select(state.leased_until).where(state.source_id == source_id)
            until: datetime | None = (await connection.execute(held)).scalar_one_or_none()
        return Claimed.HELD if until is not None and until > now else Claimed.DONE

    async def release(self, source_id: str) -> None:
        """Give the lease back: the poll has ended."""
        free = update(source_states).where(source_states.c.source_id == source_id).values(leased_until=None)
        async with self._db.write() as connection:
            await connection.execute(free)

    async def give_back(self, source_id: str) -> None:
        """Let a source be polled at once, whoever polled it last; not while it is being polled."""
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
