"""The alert service's own metrics, registered once; each name carries its unit."""

from prometheus_client import Counter, Gauge

detections = Counter(
    "chokepoint_detections_total", "Detections taken, by kind and what became of them.", ["kind", "decision"]
)
alerts = Counter("chokepoint_alerts_total", "Alerts made, by kind and type.", ["kind", "type"])
outbox_alerts = Gauge("chokepoint_outbox_alerts", "Alerts that Kafka does not have yet, as last seen.")
