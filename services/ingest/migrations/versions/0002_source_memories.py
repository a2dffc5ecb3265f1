"""What a reader must know of its last reading: source_memories."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "source_memories",
        sa.Column("source_id", sa.String(200), primary_key=True),
        sa.Column("reads", sa.String(5000), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("source_memories")
