"""The database engine: SQLite in WAL mode by default, PostgreSQL in production, the same SQLAlchemy code for both."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, DateTime, Dialect, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from services.runtime.failure import Transient, backoff_seconds
from services.runtime.settings import Settings

log = structlog.stdlib.get_logger("database")

TRANSIENT_DB: tuple[type[Exception], ...] = (OperationalError, InterfaceError, ConnectionError, TimeoutError)
"""A database that is away, restarting or locked: wait and try again."""

SAY_AGAIN_SECONDS = 60.0
SQLITE_BUSY_SECONDS = 30.0


def is_transient(error: BaseException) -> bool:
    """Tell whether an error may pass by itself: ours that says so, or the database's (a lost connection, a lock)."""
    if isinstance(error, Transient):
        return True
    if isinstance(error, DBAPIError) and (error.connection_invalidated or _says_unavailable(error)):
        return True
    return isinstance(error, TRANSIENT_DB)


def _says_unavailable(error: DBAPIError) -> bool:
    """Read PostgreSQL's SQLSTATE: classes 08 (connection), 40 (rollback), 53 (resources), 57 (shutting down)."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state[:2] in {"08", "40", "53", "57"}


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC on both databases; SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - inherited
        """Bring a time to UTC before it is stored."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - inherited
        """Give the zone back to what SQLite returns."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def database_url(settings: Settings, service: str) -> str:
    """Return the service's database: the one that is set, or SQLite in the data folder."""
    if settings.database.url:
        return settings.database.url.get_secret_value()
    return f"sqlite+aiosqlite:///{settings.home / service}.db"


class Database:
    """One service's database.

    `schema` keeps the services apart where they share one PostgreSQL database; on SQLite each has a file of its own.
    """

    def __init__(self, url: str, schema: str, migrations: Path) -> None:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+asyncpg")
        self.is_postgres = parsed.get_backend_name() == "postgresql"
        self._schema = schema
        self._migrations = migrations
        self._parsed = parsed
        self._engine: AsyncEngine | None = None
        self._one_writer = asyncio.Lock()

    @property
    def engine(self) -> AsyncEngine:
        """The engine, made on first use: nothing connects before `start`."""
        if self._engine is None:
            self._engine = self._create_engine()
        return self._engine

    def _create_engine(self) -> AsyncEngine:
        if self.is_postgres:
            options = {"server_settings": {"search_path": self._schema, "timezone": "UTC"}, "timeout": 10}
            return create_async_engine(self._parsed, pool_pre_ping=True, pool_size=8, connect_args=options)
        engine = create_async_engine(self._parsed, connect_args={"timeout": SQLITE_BUSY_SECONDS})
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin)
        return engine

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open one write transaction: committed at the end, rolled back on any error.

        SQLite has a single writer: the lock queues this process's own writers in order, `BEGIN IMMEDIATE` those of
        others.
        """
        if self.is_postgres:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._one_writer, self.engine.connect() as connection:
            await connection.execution_options(sqlite_begin="IMMEDIATE")
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read transaction: one consistent picture, never waiting for a writer."""
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    async def start(self) -> None:
        """Wait for the database and bring its tables to this version; a wait is said once a minute."""
        if not self.is_postgres and self._parsed.database:
            Path(self._parsed.database).parent.mkdir(parents=True, exist_ok=True)
        attempt, said = 0, float("-inf")
        while True:
            try:
                await self._migrate()
            except Exception as error:
                if not is_transient(error) and not isinstance(error, OSError):
                    raise
                attempt += 1
                now = asyncio.get_running_loop().time()
                if now - said >= SAY_AGAIN_SECONDS:
                    log.warning("database.unavailable", reason=first_line(error), waiting=True)
                    said = now
                await asyncio.sleep(backoff_seconds(attempt, base=0.2, cap=5))
            else:
                return

    async def stop(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    async def _migrate(self) -> None:
        async with self.write() as connection:
            if self.is_postgres:
                # Copies of a service that start together take turns; the lock ends with the transaction.
                await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": self._schema})
                await connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"'))
            await connection.run_sync(self._upgrade)

    def _upgrade(self, connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(self._migrations))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def first_line(error: BaseException) -> str:
    """Return the first line of an error, without SQLAlchemy's statement and link."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:300]


def _set_up_sqlite(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # sqlite3's own BEGIN comes too late and in the wrong mode; ours is in `_begin`
    cursor: sqlite3.Cursor = raw.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")
