"""The ledger on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.runtime.database import Database
from tests.alert.delivery.ledger_fixture import MIGRATIONS, Ledger


@pytest.fixture(params=["sqlite", "postgres"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Make an empty ledger."""
    sqlite = f"sqlite+aiosqlite:///{tmp_path / 'alert.db'}"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    db = Database(url, "alert", MIGRATIONS)
    await db.start()
    yield Ledger(db)
    await db.stop()
