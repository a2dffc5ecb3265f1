"""What was seen before, kept: claims on articles for one writer at a time, their contents and revisions."""

import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.identity import Decision, Known, Status
from services.ingest.tables import seen
from services.runtime.database import Database

_TOUCH_AFTER = timedelta(days=1)


def insert(db: Database, table: Table) -> Any:
    """Return the dialect's INSERT, the one that knows ON CONFLICT."""
    return postgresql.insert(table) if db.is_postgres else sqlite.insert(table)


class Claim:
    """The right to decide about some articles, while no other writer can."""

    def __init__(self, ids: Sequence[str], db: Database, connection: AsyncConnection | None) -> None:
        self._ids = sorted(set(ids))
        self._db = db
        self._connection = connection
        self._last_seen_at: dict[str, datetime] = {}

    async def known(self) -> dict[str, Known]:
        """Return what is known of each claimed article."""
        async with self._reading() as connection:
            rows = (await connection.execute(select(seen).where(seen.c.article_id.in_(self._ids)))).all()
        contents: dict[str, dict[str, int]] = {}
        for row in rows:
            contents.setdefault(row.article_id, {})[row.content_hash] = row.revision
            self._last_seen_at[row.article_id] = row.last_seen_at
        return {one: Known(known) for one, known in contents.items()}

    async def record(self, decisions: Sequence[Decision], now: datetime) -> None:
        """Remember what was published. Called after Kafka has it: a crash in between can only publish it again."""
        rows = [_row(one, now) for one in decisions if one.status is not Status.UNCHANGED]
        # Once a day is enough to keep an article from being forgotten; every poll would be a write for each entry.
        stale = [one for one, last in self._last_seen_at.items() if last < now - _TOUCH_AFTER]
        if not rows and not stale:
            return
        async with self._writing() as connection:
            if rows:
                await connection.execute(insert(self._db, seen).on_conflict_do_nothing(), rows)
            if stale:
                await connection.execute(update(seen).where(seen.c.article_id.in_(stale)).values(last_seen_at=now))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection]:
        if self._connection is not None:
            yield self._connection
            return
        async with self._db.read() as connection:
            yield connection

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncConnection]:
        if self._connection is not None:
            yield self._connection
            return
        async with self._db.write() as connection:
            yield connection


def _row(decision: Decision, now: datetime) -> dict[str, Any]:
    return {
        "article_id": decision.id,
        "content_hash": decision.draft.content_hash,
        "revision": decision.revision,
        "first_seen_at": now,
        "last_seen_at": now,
    }


class ArticleStore:
    """Every article seen, with its contents and their revisions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @asynccontextmanager
    async def claim(self, ids: Sequence[str]) -> AsyncIterator[Claim]:
        """Let one writer decide about these articles at a time.

        Within this process the intake sees to that. PostgreSQL may serve several copies of the service, so there the
        claim is a transaction with advisory locks. SQLite serves one process and has one writer, which must not be held
        up while Kafka is slow: there the transactions inside the claim are short.
        """
        if self._db.is_postgres:
            async with self._db.write() as connection:
                await _lock(connection, ids)
                yield Claim(ids, self._db, connection)
            return
        yield Claim(ids, self._db, None)

    async def forget(self, before: datetime) -> int:
        """Drop what no source has shown since `before`; return how many contents that were."""
        async with self._db.write() as connection:
            result = await connection.execute(delete(seen).where(seen.c.last_seen_at < before))
            return int(result.rowcount)


async def _lock(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take the locks in the order of their numbers, so that two batches cannot wait for each other."""
    keys = sorted({zlib.crc32(one.encode()) for one in ids})
    statement = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
    await connection.execute(statement, {"keys": keys})
