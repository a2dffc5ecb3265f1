"""How each source did: source_events."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "source_events",
        sa.Column("source_id", sa.String(200), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("trouble", sa.String(20)),
        sa.Column("reason", sa.String(300)),
    )
    op.create_index("source_events_at", "source_events", ["at"])


def downgrade() -> None:
    op.drop_table("source_events")
