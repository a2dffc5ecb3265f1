"""What was seen before, kept: claims on articles for one writer at a time, their identities and contents."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.identity import Decision, Known, Status
from services.ingest.tables import identity, seen
from services.runtime.database import Database

_STRIPES = 64
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

    async def known(self) -> dict[str, Known]:
        """Return what is known of each claimed article."""
        if self._connection is not None:
            return await _known(self._connection, self._ids)
        async with self._db.read() as connection:
            return await _known(connection, self._ids)

    async def record(self, decisions: Sequence[Decision], now: datetime) -> None:
        """Remember what was published. Called after Kafka has it: a crash in between can only publish it again."""
        if self._connection is not None:
            await _record(self._connection, self._db, decisions, now)
            return
        async with self._db.write() as connection:
            await _record(connection, self._db, decisions, now)


class ArticleStore:
    """Identities and contents of every article seen."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._stripes = [asyncio.Lock() for _ in range(_STRIPES)]

    @asynccontextmanager
    async def claim(self, ids: Sequence[str]) -> AsyncIterator[Claim]:
        """Let one writer decide about these articles at a time.

        PostgreSQL may serve several copies of this service: the claim is a transaction with advisory locks. SQLite
        serves one process and has one writer, which must not be held up while Kafka is slow: there the claim is this
        process's own locks and the transactions inside it are short.
        """
        if self._db.is_postgres:
            async with self._db.write() as connection:
                await _lock(connection, ids)
                yield Claim(ids, self._db, connection)
            return
        async with AsyncExitStack() as held:
            for stripe in sorted({zlib.crc32(one.encode()) % _STRIPES for one in ids}):
                await held.enter_async_context(self._stripes[stripe])
            yield Claim(ids, self._db, None)

    async def forget(self, before: datetime) -> int:
        """Drop articles that no source has shown since `before`; return how many."""
        old = select(identity.c.article_id).where(identity.c.last_seen_at < before)
        async with self._db.write() as connection:
            await connection.execute(delete(seen).where(seen.c.article_id.in_(old)))
            result = await connection.execute(delete(identity).where(identity.c.last_seen_at < before))
            return int(result.rowcount)


async def _lock(connection: AsyncConnection, ids: Sequence[str]) -> None:
    """Take the locks in the order of their numbers, so that two batches cannot wait for each other."""
    keys = sorted({zlib.crc32(one.encode()) for one in ids})
    statement = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")
    await connection.execute(statement, {"keys": keys})


async def _known(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Known]:
    revisions = await connection.execute(
        select(identity.c.article_id, identity.c.revision).where(identity.c.article_id.in_(ids))
    )
    known = {row.article_id: (row.revision, dict[str, int]()) for row in revisions}
    for row in await connection.execute(select(seen).where(seen.c.article_id.in_(ids))):
        if row.article_id in known:
            known[row.article_id][1][row.content_hash] = row.revision
    return {one: Known(revision, contents) for one, (revision, contents) in known.items()}


async def _record(connection: AsyncConnection, db: Database, decisions: Sequence[Decision], now: datetime) -> None:
    published = [one for one in decisions if one.status is not Status.UNCHANGED]
    if published:
        await _upsert_identity(connection, db, published, now)
        rows = [{"article_id": d.id, "content_hash": d.draft.content_hash, "revision": d.revision} for d in published]
        await connection.execute(insert(db, seen).on_conflict_do_nothing(), rows)
    unchanged = {one.id for one in decisions if one.status is Status.UNCHANGED}
    if unchanged:
        # Once a day is enough to keep it from being forgotten; every poll would be a write for each entry.
        stale = identity.c.article_id.in_(unchanged) & (identity.c.last_seen_at < now - _TOUCH_AFTER)
        await connection.execute(update(identity).where(stale).values(last_seen_at=now))


async def _upsert_identity(
    connection: AsyncConnection, db: Database, published: Sequence[Decision], now: datetime
) -> None:
    newest = {one.id: one for one in published}
    rows = [
        {
            "article_id": one.id,
            "revision": one.revision,
            "content_hash": one.draft.content_hash,
            "url": one.draft.url,
            "source_id": one.draft.source.id,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for one in newest.values()
    ]
    statement = insert(db, identity)
    changed = {name: statement.excluded[name] for name in ("revision", "content_hash", "url", "last_seen_at")}
    await connection.execute(statement.on_conflict_do_update(index_elements=["article_id"], set_=changed), rows)
