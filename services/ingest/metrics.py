"""The metrics of ingest, each registered once."""

from prometheus_client import Counter, Gauge, Histogram

ARTICLES = Counter(
    "chokepoint_ingest_articles_total",
    "Texts taken in, by the kind of source and by what they were: new, revised or unchanged.",
    ["kind", "status"],
)
REJECTED = Counter("chokepoint_ingest_rejected_total", "Pushed or dropped articles that were refused.", ["by"])
POLLS = Counter("chokepoint_ingest_polls_total", "Polls of sources by type and outcome.", ["type", "outcome"])
POLL_SECONDS = Histogram(
    "chokepoint_ingest_poll_seconds",
    "How long a poll took, from the first request to the last article recorded.",
    ["type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
ROUNDS_MISSED = Counter(
    "chokepoint_ingest_rounds_missed_total",
    "Polls that did not happen in time, by reason: busy (the one before still runs), missed (the loop was blocked), "
    "failed (the scheduler's own error), clock (the clock was set back).",
    ["reason"],
)
QUEUE_LENGTH = Gauge("chokepoint_ingest_queue_sources", "Sources that wait to be polled.")
SOURCES = Gauge("chokepoint_ingest_sources", "Sources by status.", ["status"])
SOURCES_IN_TROUBLE = Gauge(
    "chokepoint_ingest_sources_in_trouble",
    "Sources by trouble: slow, changed_shape, moved, denied.",
    ["trouble"],
)
LANGUAGE_SILENT = Gauge(
    "chokepoint_ingest_language_silent",
    "1 while every enabled source of a language fails or is silent: nothing is seen in it.",
    ["language"],
)
OFFICIAL_SILENT = Gauge(
    "chokepoint_ingest_official_silent_sources", "Official sources that fail or are silent against their habit."
)
PAGES = Counter(
    "chokepoint_ingest_pages_total",
    "Pages that classify asked for, by outcome: read; paywall, consent or empty (no text); denied (by robots.txt), "
    "failed, given_up, without_article.",
    ["outcome"],
)
