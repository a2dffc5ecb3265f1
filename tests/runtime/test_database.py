"""The database engine, on SQLite and on PostgreSQL alike."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text, update

from services.runtime.database import Database, UtcDateTime, first_line, is_transient

MIGRATION = """
import sqlalchemy as sa
from alembic import op
revision = "1"
down_revision = None
def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True), sa.Column("at", sa.DateTime(timezone=True)))
def downgrade():
    op.drop_table("notes")
"""
ENV = """
from alembic import context
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None)
with context.begin_transaction():
    context.run_migrations()
"""
notes = Table("notes", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime))


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Write a folder of migrations with one table."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / "1_notes.py").write_text(MIGRATION)
    return folder


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def database(request: pytest.FixtureRequest, tmp_path: Path, migrations: Path) -> AsyncIterator[Database]:
    """Give a started database of each sort."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'sub' / 'test.db'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    database = Database(url, "test", migrations)
    await database.start()
    yield database
    await database.stop()


async def test_a_time_comes_back_in_utc(database: Database) -> None:
    """Whatever zone it was written in, a time is read in UTC."""
    at = datetime(2026, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    async with database.write() as connection:
        await connection.execute(insert(notes).values(id=1, at=at))
    async with database.read() as connection:
        read = (await connection.execute(select(notes.c.at))).scalar_one()
    assert read == at
    assert read.tzinfo == UTC


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """What was written before the error is rolled back."""

    async def fail_half_way() -> None:
        async with database.write() as connection:
            await connection.execute(insert(notes).values(id=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_half_way()
    async with database.read() as connection:
        assert (await connection.execute(select(notes))).all() == []


async def test_writers_take_turns_and_lose_nothing(database: Database) -> None:
    """Forty read-modify-writes at once add up, when each locks its row."""
    async with database.write() as connection:
        await connection.execute(insert(notes).values(id=0, at=datetime(2026, 1, 1, tzinfo=UTC)))

    async def add_an_hour() -> None:
        async with database.write() as connection:
            at = (await connection.execute(select(notes.c.at).with_for_update())).scalar_one()
            await connection.execute(update(notes).values(at=at + timedelta(hours=1)))

    await asyncio.gather(*[add_an_hour() for _ in range(40)])
    async with database.read() as connection:
        at = (await connection.execute(select(notes.c.at))).scalar_one()
    assert at == datetime(2026, 1, 2, 16, tzinfo=UTC)


async def test_starting_again_changes_nothing(database: Database, migrations: Path) -> None:
    """A second start, and a second copy at the same time, find the tables as they are."""
    others = [Database(database.engine.url.render_as_string(hide_password=False), "test", migrations) for _ in range(3)]
    await asyncio.gather(*[other.start() for other in others])
    for other in others:
        await other.stop()
    async with database.read() as connection:
        assert (await connection.execute(select(notes))).all() == []


async def test_a_wrong_statement_is_not_worth_waiting_for(database: Database) -> None:
    """An error in a statement is no passing fault, and its reason is one line without the statement."""
    with pytest.raises(Exception, match="nowhere") as caught:
        async with database.read() as connection:
            await connection.execute(text("SELECT * FROM nowhere"))
    if database.is_postgres:  # SQLite calls everything an operational error, so there it is tried again first
        assert not is_transient(caught.value)
    assert "\n" not in first_line(caught.value)


async def test_waits_for_a_database_that_is_away(migrations: Path, tmp_path: Path) -> None:
    """A server that does not answer is waited for, not given up."""
    database = Database(f"postgresql://postgres@/none?host={tmp_path}", "test", migrations)
    starting = asyncio.create_task(database.start())
    await asyncio.sleep(0.5)
    assert not starting.done()
    starting.cancel()
    await database.stop()
