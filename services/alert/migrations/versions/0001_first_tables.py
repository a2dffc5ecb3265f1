"""Everything the alert service keeps."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import JSON, Column, Date, Float, Integer, LargeBinary, String, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    _what_is_known()
    _what_is_told()
    _what_people_wrote()
    _what_leaves()


def _what_is_known() -> None:
    op.create_table(
        "measures",
        Column("id", String(40), primary_key=True),
        Column("version", Integer, nullable=False),
        Column("kind", String(20), nullable=False),
        Column("stage", String(20), nullable=False),
        Column("issuers", JSON, nullable=False),
        Column("targets", JSON, nullable=False),
        Column("entities", JSON, nullable=False),
        Column("commodities", JSON, nullable=False),
        Column("headline", Text, nullable=False),
        Column("instrument", Text),
        Column("effective_on", Date),
        Column("confidence", Float, nullable=False),
        Column("first_reported_at", Moment, nullable=False),
        Column("last_reported_at", Moment, nullable=False),
        Column("milestones", JSON, nullable=False),
        Column("told", Integer, nullable=False),
        Column("told_confidence", Float),
        Column("founding", JSON, nullable=False),
        Column("support", JSON, nullable=False),
        Column("updated_at", Moment, nullable=False),
        Column("stamp", String(32), nullable=False),
    )
    op.create_index("ix_measures_kind_last", "measures", ["kind", "last_reported_at"])
    op.create_index("ix_measures_updated", "measures", ["updated_at", "id"])
    op.create_table(
        "measure_keys",
        Column("kind", String(20), primary_key=True),
        Column("key", String(200), primary_key=True),
        Column("at", Moment, primary_key=True),
        Column("measure_id", String(40), primary_key=True),
        Column("phase", Integer, nullable=False),
    )
    op.create_table(
        "reports",
        Column("detection_id", String(40), primary_key=True),
        Column("measure_id", String(40)),
        Column("article_id", String(200), nullable=False),
        Column("source_id", String(200), nullable=False),
        Column("language", String(16)),
        Column("reported_at", Moment, nullable=False),
        Column("received_at", Moment, nullable=False),
        Column("decision", String(20), nullable=False),
        Column("reasons", JSON, nullable=False),
        Column("detection", JSON, nullable=False),
    )
    op.create_index("ix_reports_measure", "reports", ["measure_id", "received_at"])
    op.create_index("ix_reports_article", "reports", ["article_id"])
    op.create_table(
        "source_states",
        Column("source_id", String(200), primary_key=True),
        Column("body", JSON, nullable=False),
        Column("seen_at", Moment, nullable=False),
    )


def _what_is_told() -> None:
    op.create_table(
        "alerts",
        Column("id", String(40), primary_key=True),
        Column("measure_id", String(40), nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", String(20), nullable=False),
        Column("severity", String(10), nullable=False),
        Column("headline", Text, nullable=False),
        Column("body", JSON, nullable=False),
        Column("traceparent", String(60)),
        Column("created_at", Moment, nullable=False),
    )
    op.create_index("ix_alerts_created", "alerts", ["created_at", "id"])
    op.create_index("ix_alerts_measure", "alerts", ["measure_id", "version"])
    op.create_table(
        "outbox",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("alert_id", String(40), nullable=False),
        Column("body", JSON, nullable=False),
        Column("traceparent", String(60)),
        Column("created_at", Moment, nullable=False),
    )


def _what_people_wrote() -> None:
    op.create_table(
        "destinations",
        Column("id", String(100), primary_key=True),
        Column("type", String(20), nullable=False),
        Column("document", JSON, nullable=False),
        Column("disabled_reason", Text),
        Column("disabled_at", Moment),
        Column("updated_at", Moment, nullable=False),
    )
    op.create_table(
        "subscriptions",
        Column("id", String(100), primary_key=True),
        Column("document", JSON, nullable=False),
        Column("updated_at", Moment, nullable=False),
    )


def _what_leaves() -> None:
    op.create_table(
        "deliveries",
        Column("id", String(40), primary_key=True),
        Column("alert_id", String(40), nullable=False),
        Column("measure_id", String(40), nullable=False),
        Column("version", Integer, nullable=False),
        Column("destination_id", String(100), nullable=False),
        Column("because", JSON, nullable=False),
        Column("status", String(20), nullable=False),
        Column("due_at", Moment, nullable=False),
        Column("leased_until", Moment),
        Column("lease", String(40)),
        Column("attempts", Integer, nullable=False),
        Column("last_outcome", String(20)),
        Column("last_error", Text),
        Column("traceparent", String(60)),
        Column("created_at", Moment, nullable=False),
        Column("delivered_at", Moment),
    )
    op.create_index("ix_deliveries_due", "deliveries", ["status", "due_at"])
    op.create_index("ix_deliveries_created", "deliveries", ["created_at", "id"])
    op.create_index("ix_deliveries_alert", "deliveries", ["alert_id"])
    op.create_table(
        "attempts",
        Column("delivery_id", String(40), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("at", Moment, nullable=False),
        Column("outcome", String(20), nullable=False),
        Column("status_code", Integer),
        Column("latency_ms", Integer, nullable=False),
        Column("answer", LargeBinary),
        Column("error", Text),
    )


def downgrade() -> None:
    for name in (
        "attempts",
        "deliveries",
        "subscriptions",
        "destinations",
        "outbox",
        "alerts",
        "source_states",
        "reports",
        "measure_keys",
        "measures",
    ):
        op.drop_table(name)
