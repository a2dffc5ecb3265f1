"""The console on both databases."""

from collections.abc import AsyncIterator

import pytest

from services.runtime.database import Database
from tests.alert.api.site import Site, site_over


@pytest.fixture
async def site(db: Database) -> AsyncIterator[Site]:
    """Give the console over an empty database of each kind."""
    async with site_over(db) as open_site:
        yield open_site
