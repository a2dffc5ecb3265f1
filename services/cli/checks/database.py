"""The databases of ingest and alert."""

import asyncio
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, Literal

from services.cli.checks import Check, Failure
from services.cli.extras import load
from services.runtime.settings import Settings

CONNECT_SECONDS: Final = 10.0
Owner = Literal["ingest", "alert"]


def database_checks(settings: Settings) -> Iterator[Check]:
    """Look at the database of each service that has one."""
    owners: tuple[Owner, ...] = ("ingest", "alert")
    for owner in owners:
        yield Check(f"database of {owner}", partial(_database, settings, owner))


def _database(settings: Settings, owner: Owner) -> str:
    module = load("services.runtime.database", owner)
    if settings.database.url is None:
        path = settings.home / f"{owner}.db"
        if not path.exists():
            return _can_be_made(path)
    url: str = module.database_url(settings, owner)
    try:
        backend = asyncio.run(_select(url, owner))
    except Exception as error:  # noqa: BLE001 - drivers raise what they like; the line says it
        what = module.first_line(error)
        to_do = "correct CHOKEPOINT_DATABASE__URL or start the database" if settings.database.url else "restore it"
        raise Failure(what, to_do) from None
    return backend


def _can_be_made(path: Path) -> str:
    folder = next(parent for parent in path.parents if parent.exists())
    if not os.access(folder, os.W_OK):
        raise Failure(f"{folder} is not writable", "set CHOKEPOINT_HOME to a folder of your own")
    return f"will be made at {path}"


async def _select(url: str, owner: Owner) -> str:
    """Ask the database for the version of its tables."""
    module = load("services.runtime.database", owner)
    from sqlalchemy import inspect  # noqa: PLC0415 - comes with the extra

    db = module.Database(url, owner, Path())
    try:
        async with asyncio.timeout(CONNECT_SECONDS), db.read() as connection:
            tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    finally:
        await db.stop()
    where = "PostgreSQL" if db.is_postgres else "SQLite"
    return f"{where}, {len(tables)} tables" if tables else f"{where}, empty; the {owner} service fills it at its start"
