"""The other sides of the channels, and a client that may reach them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import httpx
import pytest
import trustme

from services.runtime.egress import guarded_client
from tests.alert.channels.http_double import HttpDouble, http_double
from tests.alert.channels.smtp_double import Authority


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Make a guarded client that may reach the loopback address."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[HttpDouble]:
    """Run an HTTP server that takes everything."""
    running: AbstractAsyncContextManager[HttpDouble] = http_double()
    async with running as double:
        yield double


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Make a certificate authority of our own."""
    return Authority(trustme.CA())
