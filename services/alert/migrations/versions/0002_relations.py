"""How a measure stands to earlier ones."""

from alembic import op
from sqlalchemy import JSON, Column, text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("measures", Column("relations", JSON, nullable=False, server_default=text("'[]'")))


def downgrade() -> None:
    op.drop_column("measures", "relations")
