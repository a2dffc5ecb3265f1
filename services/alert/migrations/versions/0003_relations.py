"""How a measure stands to earlier ones, and the index by which a stage finds those it may follow."""

from alembic import op
from sqlalchemy import JSON, Column, text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("measures", Column("relations", JSON, nullable=False, server_default=text("'[]'")))
    op.create_index("ix_measure_keys_phase", "measure_keys", ["kind", "key", "phase", "at", "measure_id"])


def downgrade() -> None:
    op.drop_index("ix_measure_keys_phase", "measure_keys")
    op.drop_column("measures", "relations")
