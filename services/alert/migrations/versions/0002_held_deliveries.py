"""Deliveries that are held, and those a person asked for."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.add_column(Column("held_because", Text))
        table.add_column(Column("by_hand", Boolean, nullable=False, server_default=false()))
