"""What a page or program that listens is told, read from the database so that every copy of the service tells all.

A transaction may commit after a later one, so each look goes back some seconds and passes over what was told.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from services.alert.deps import Deps
from services.alert.tables import alerts, measures
from services.runtime.database import is_transient
from services.runtime.service import wait_or_stop

LOOK_SECONDS = 0.5
LOOK_BACK = timedelta(seconds=10)
RESUME_AT_MOST = timedelta(hours=1)
HEARTBEAT_LOOKS = 30
"""A comment every 15 s keeps proxies from closing a quiet connection."""
_MOST_AT_ONCE = 200

Change = tuple[datetime, str, str, str]
"""When, `alert` or `measure`, what tells it from every other change, its data as JSON."""


class Stream:
    """One listener."""

    def __init__(self, deps: Deps, last_event_id: str | None = None) -> None:
        self._deps = deps
        now = deps.clock()
        self._since = max(_time_of(last_event_id) or now, now - RESUME_AT_MOST)
        self._start = self._since
        self._told: dict[str, datetime] = {}

    async def chunks(self) -> AsyncIterator[str]:
        """Give the text of the events until the service stops."""
        yield "retry: 2000\n\n"
        quiet = 0
        while True:
            events = [event async for event in self._look()]
            quiet = 0 if events else quiet + 1
            if events:
                yield "".join(events)
            elif quiet % HEARTBEAT_LOOKS == 0:
                yield ": still here\n\n"
            if await wait_or_stop(self._deps.stopping, LOOK_SECONDS):
                return

    async def _look(self) -> AsyncIterator[str]:
        try:
            changes = await self._changes()
        except Exception as error:
            if not is_transient(error):
                raise
            return
        for at, kind, key, data in changes:
            if key not in self._told:
                self._told[key] = at
                self._since = max(self._since, at)
                yield f"event: {kind}\nid: {at.isoformat()}\ndata: {data}\n\n"
        self._forget()

    def _forget(self) -> None:
        """Keep in mind only what the next look can meet again."""
        edge = self._since - 2 * LOOK_BACK
        self._told = {key: at for key, at in self._told.items() if at >= edge}

    async def _changes(self) -> list[Change]:
        since = max(self._since - LOOK_BACK, self._start)
        async with self._deps.db.read() as connection:
            new = select(alerts.c.id, alerts.c.body, alerts.c.created_at).where(alerts.c.created_at >= since)
            told = await connection.execute(new.order_by(alerts.c.created_at).limit(_MOST_AT_ONCE))
            found = [(row.created_at, "alert", row.id, json.dumps(row.body)) for row in told]
            changed = select(*_SHOWN).where(measures.c.updated_at >= since).order_by(measures.c.updated_at)
            rows = (await connection.execute(changed.limit(_MOST_AT_ONCE))).mappings()
            found += [_measure_change(dict(row)) for row in rows]
        return sorted(found)


_SHOWN = tuple(
    measures.c[name] for name in ("id", "version", "headline", "kind", "stage", "last_reported_at", "updated_at")
)


def _measure_change(row: dict[str, Any]) -> Change:
    at = row["updated_at"]
    data = json.dumps(
        {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    )
    return at, "measure", f"{row['id']}@{at.isoformat()}", data


def _time_of(last_event_id: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(last_event_id or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
