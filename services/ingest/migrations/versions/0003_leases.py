"""A lease on a source while it is polled: source_states.leased_until."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("source_states", sa.Column("leased_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("source_states") as table:
        table.drop_column("leased_until")
