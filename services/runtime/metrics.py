"""Prometheus metrics of every process, registered once; each name carries its unit."""

from prometheus_client import Counter, Gauge, Histogram

consumed_records = Counter("chokepoint_consumed_records_total", "Records handled, by topic.", ["topic"])
published_records = Counter("chokepoint_published_records_total", "Records that Kafka has acknowledged.", ["topic"])
dead_letters = Counter("chokepoint_dead_letters_total", "Records put aside, by topic and error.", ["topic", "error"])
handler_retries = Counter("chokepoint_handler_retries_total", "Batches tried again, by topic.", ["topic"])
handle_seconds = Histogram(
    "chokepoint_handle_batch_seconds",
    "Time from a batch's arrival to its durable effect, by topic.",
    ["topic"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
consumer_lag_records = Gauge("chokepoint_consumer_lag_records", "Records not yet read, by topic.", ["topic"])
