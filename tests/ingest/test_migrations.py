"""The migrations, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from services.ingest.tables import metadata
from services.runtime.database import Database


async def test_the_migrations_make_the_tables(db: Database) -> None:
    """After the migrations nothing differs from the tables that the code uses; started again, they change nothing."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": False}), metadata))

    await db.start()
    async with db.read() as connection:
        assert await connection.run_sync(differences) == []
