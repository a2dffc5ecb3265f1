"""Prometheus metrics of the deliveries."""

from prometheus_client import Counter, Gauge, Histogram

attempts = Counter(
    "chokepoint_delivery_attempts_total",
    "Attempts to tell somebody, by channel and outcome (delivered, retry, permanent, unknown).",
    ["channel", "outcome"],
)
attempt_seconds = Histogram(
    "chokepoint_delivery_attempt_seconds",
    "Time that one attempt took, by channel.",
    ["channel"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20),
)
delivered_seconds = Histogram(
    "chokepoint_delivery_alert_to_delivered_seconds",
    "Time from the delivery's creation with its alert to its confirmation, by channel.",
    ["channel"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 21_600, 86_400),
)
due_deliveries = Gauge("chokepoint_delivery_due", "Deliveries that are due and not yet taken up.")
oldest_due_seconds = Gauge("chokepoint_delivery_oldest_due_seconds", "How long the oldest of them has been due.")
