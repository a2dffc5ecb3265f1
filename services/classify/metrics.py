"""The classify service's own metrics, registered once; each name carries its unit."""

from prometheus_client import Counter, Histogram

articles = Counter("chokepoint_read_articles_total", "Articles read, by what came of it.", ["outcome"])
"""`reports` a measure, has `nothing`, or is `language_unsupported`."""
unsupported = Counter("chokepoint_language_unsupported_total", "Articles in a language we do not read.", ["language"])
detections_made = Counter("chokepoint_read_detections_total", "Detections made, by kind and stage.", ["kind", "stage"])
read_seconds = Histogram(
    "chokepoint_read_article_seconds",
    "Time to read one article.",
    buckets=(0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5),
)
