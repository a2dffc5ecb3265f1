"""Alembic's entry: the service's database hands its open connection over."""  # noqa: INP001 - loaded by its path

from alembic import context

from services.alert.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
