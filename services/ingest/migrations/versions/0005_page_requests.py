"""Pages that are to be read: page_requests."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "page_requests",
        sa.Column("article_id", sa.String(200), primary_key=True),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
    )
    op.create_index("page_requests_due_at", "page_requests", ["due_at"])


def downgrade() -> None:
    op.drop_table("page_requests")
