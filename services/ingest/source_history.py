"""How each source did in the last 90 days: every change of its status or trouble, with its reason."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from services.ingest.state import State
from services.ingest.store import insert
from services.ingest.tables import source_events
from services.runtime.database import Database

KEPT_FOR = timedelta(days=90)
_MOST = 1000
_COLUMNS = ("status", "trouble", "reason")


class SourceHistory:
    """The changes, kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def note(self, states: Mapping[str, State], before: Mapping[str, State], now: datetime) -> None:
        """Keep what changed from `before` to `states`; what did not leaves no trace."""
        rows = [
            {
                "source_id": one,
                "at": now,
                "status": state.status.value,
                "trouble": state.trouble,
                "reason": state.reason,
            }
            for one, state in states.items()
            if one not in before or _mark(before[one]) != _mark(state)
        ]
        if not rows:
            return
        statement = insert(self._db, source_events)
        newest = {name: statement.excluded[name] for name in _COLUMNS}
        async with self._db.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=["source_id", "at"], set_=newest), rows
            )

    async def of(self, source_id: str) -> list[dict[str, Any]]:
        """Return the changes of one source, the newest first."""
        event = source_events.c
        wanted = select(event.at, event.status, event.trouble, event.reason).where(event.source_id == source_id)
        async with self._db.read() as connection:
            rows = (await connection.execute(wanted.order_by(event.at.desc()).limit(_MOST))).mappings()
            return [dict(row) for row in rows]

    async def forget(self, now: datetime) -> None:
        """Drop what is older than 90 days."""
        async with self._db.write() as connection:
            await connection.execute(delete(source_events).where(source_events.c.at < now - KEPT_FOR))


def _mark(state: State) -> tuple[str, str | None]:
    return state.status.value, state.trouble
