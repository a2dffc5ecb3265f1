"""The tables of ingest: what was seen, the sources people added, how each source does, answers already given."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table

from services.runtime.database import UtcDateTime

metadata = MetaData()

seen = Table(
    "seen",
    metadata,
    Column("article_id", String(200), primary_key=True),
    Column("content_hash", String(40), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Index("seen_last_seen_at", "last_seen_at"),
)
"""Every content an article ever had, with the revision that carried it.

All of them and not the newest alone, so that two sources that word one page differently do not take turns for ever.
"""

sources = Table(
    "sources",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("spec", JSON, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
"""Sources as people set them, over the bundled catalogue; `removed` hides one of the catalogue."""

source_states = Table(
    "source_states",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
)
"""How each source does (`state.State`), when a copy of this service last began to poll it, and its lease.

The lease is given back when the poll ends; one that runs out says that the copy which held it died.
"""

source_events = Table(
    "source_events",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("status", String(20), nullable=False),
    Column("trouble", String(20)),
    Column("reason", String(300)),
    Index("source_events_at", "at"),
)
"""Each change of a source's status or trouble, kept for 90 days."""

source_memories = Table(
    "source_memories",
    metadata,
    Column("source_id", String(200), primary_key=True),
    Column("reads", String(5000), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)
"""What a reader must know of its last reading and is too large for the state: the last version of a list."""

page_requests = Table(
    "page_requests",
    metadata,
    Column("article_id", String(200), primary_key=True),
    Column("request", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("leased_until", UtcDateTime),
    Index("page_requests_due_at", "due_at"),
)
"""Pages that classify asked for and that are not read yet."""

answers = Table(
    "answers",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("answer", JSON),
    Column("asked_at", UtcDateTime, nullable=False),
    Index("answers_asked_at", "asked_at"),
)
"""What was answered under an `Idempotency-Key`; `answer` is null while the first request is still being worked on."""
