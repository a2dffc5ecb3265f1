"""The alert service's database, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.runtime.database import Database
from tests.alert.databases import opened


@pytest.fixture(params=["sqlite", "postgres"])
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Give an empty, migrated database of each kind."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'alert.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    async with opened(url) as database:
        yield database
