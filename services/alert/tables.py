"""The alert service's tables: what it has read, what it knows, what it told and to whom."""

from sqlalchemy import JSON, Boolean, Column, Date, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from services.runtime.database import UtcDateTime

metadata = MetaData()

measures = Table(
    "measures",
    metadata,
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
    Column("first_reported_at", UtcDateTime, nullable=False),
    Column("last_reported_at", UtcDateTime, nullable=False),
    Column("milestones", JSON, nullable=False),  # its stages and since when, in order
    Column("told", Integer, nullable=False, default=0),  # 1 once an `opened` alert exists
    Column("told_confidence", Float),  # when it was last told
    Column("founding", JSON, nullable=False),  # the founding detection: later reports are compared with it
    Column("relations", JSON, nullable=False, server_default="[]"),  # how it stands to earlier measures
    Column("support", JSON, nullable=False),  # its articles and what each said, at most 100
    Column("updated_at", UtcDateTime, nullable=False),
    Column("stamp", String(32), nullable=False),  # new at each writing: what is remembered of a row is still so, or not
    Index("ix_measures_kind_last", "kind", "last_reported_at"),
    Index("ix_measures_updated", "updated_at", "id"),
)

# How a report finds the measures it may belong to: one row for each key (see `lookup`) and each stage's date, so that
# the look-up costs the same however many measures there are.
measure_keys = Table(
    "measure_keys",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("key", String(200), primary_key=True),  # issuer:CN | issuer:CN/good:gallium | issuer:- (none named)
    Column("at", UtcDateTime, primary_key=True),  # when one of its stages was first reported
    Column("measure_id", String(40), primary_key=True),
    Column("phase", Integer, nullable=False),  # of that stage: 0 proposed, 1 in force, 2 eased or ended
    Index("ix_measure_keys_phase", "kind", "key", "phase", "at", "measure_id"),
)

# One row for each detection ever read: the inbox (its key makes a second reading harmless) and the history in one.
reports = Table(
    "reports",
    metadata,
    Column("detection_id", String(40), primary_key=True),
    Column("measure_id", String(40)),  # null where the detection was put aside; the reasons say why
    Column("article_id", String(200), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("language", String(16)),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("decision", String(20), nullable=False),  # opened | merged | ignored
    Column("reasons", JSON, nullable=False),
    Column("detection", JSON, nullable=False),
    Index("ix_reports_measure", "measure_id", "received_at"),
    Index("ix_reports_article", "article_id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("measure_id", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("type", String(20), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("headline", Text, nullable=False),
    Column("body", JSON, nullable=False),  # schemas.alert.Alert
    Column("traceparent", String(60)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_alerts_created", "created_at", "id"),
    Index("ix_alerts_measure", "measure_id", "version"),
)

# Written in the transaction that made the alert, published to Kafka afterwards, then deleted.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", String(40), nullable=False),
    Column("body", JSON, nullable=False),
    Column("traceparent", String(60)),
    Column("created_at", UtcDateTime, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("type", String(20), nullable=False),
    Column("document", JSON, nullable=False),
    Column("disabled_reason", Text),  # null while it may be sent to
    Column("disabled_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("document", JSON, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

# One alert to one destination; two subscriptions that lead to the same destination share one delivery.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(40), primary_key=True),  # stable_id("dlv", alert id, destination id)
    Column("alert_id", String(40), nullable=False),
    Column("measure_id", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("destination_id", String(100), nullable=False),
    Column("because", JSON, nullable=False),  # [{"subscription": id, "reasons": [...]}]
    Column("status", String(20), nullable=False),  # pending | sending | delivered | failed | suppressed
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("lease", String(40)),  # who holds it
    Column("attempts", Integer, nullable=False, default=0),
    Column("last_outcome", String(20)),  # delivered | retry | permanent | unknown
    Column("last_error", Text),
    Column("held_because", Text),  # why it was not sent when it was first due; kept after it has left
    Column("by_hand", Boolean, nullable=False, default=False),  # a person asked for it: nothing holds it
    Column("traceparent", String(60)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Index("ix_deliveries_due", "status", "due_at"),
    Index("ix_deliveries_created", "created_at", "id"),
    Index("ix_deliveries_alert", "alert_id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("status_code", Integer),
    Column("latency_ms", Integer, nullable=False),
    Column("answer", LargeBinary),  # the first bytes, at most 1 KB
    Column("error", Text),
)

source_states = Table(
    "source_states",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("body", JSON, nullable=False),  # schemas.source_state.SourceState
    Column("seen_at", UtcDateTime, nullable=False),
)
