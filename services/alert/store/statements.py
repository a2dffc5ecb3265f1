"""Insert or change in one statement, on both databases."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection


def _insert(connection: AsyncConnection, table: Table) -> Any:
    """Return the dialect's own INSERT, which knows ON CONFLICT (any: the two have no common type)."""
    return (postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert)(table)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, or put them in the place of those with the same primary key."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


async def insert_new(connection: AsyncConnection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet; the others stay as they are."""
    if rows:
        await connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)
