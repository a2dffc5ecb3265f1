"""A batch of articles in, their detections out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from schemas.article import Article
from schemas.detection import Detection
from services.classify import metrics
from services.classify.reader import Reading
from services.runtime.logs import bind_ids, get_logger
from services.runtime.records import Received

log = get_logger("classify")

Study = Callable[[Article], Reading]
Publish = Callable[[Sequence[Detection], Sequence[str | None]], Awaitable[None]]
"""Returns only when Kafka has every detection; takes the trace of each one's article."""


class ReadArticles:
    """Reads a batch and publishes what it reports; again with the same batch, the same detections with the same ids."""

    def __init__(self, study: Study, publish: Publish) -> None:
        self._study = study
        self._publish = publish

    async def __call__(self, batch: Sequence[Received[Article]]) -> None:
        """Handle one batch; returns when its detections are durable."""
        found: list[Detection] = []
        traces: list[str | None] = []
        for received in batch:
            with bind_ids(article_id=received.message.id):
                detections = self._read(received.message)
            found += detections
            traces += [received.traceparent] * len(detections)
            await asyncio.sleep(0)  # reading is work for the processor; heartbeats go out between two articles
        if found:
            await self._publish(found, traces)

    def _read(self, article: Article) -> list[Detection]:
        started = time.perf_counter()
        reading = self._study(article)
        detections = reading.detections
        metrics.read_seconds.observe(time.perf_counter() - started)
        _count(reading.unsupported, detections)
        for one in detections:
            log.info("article.reports", kind=one.kind.value, stage=one.stage.value, confidence=one.confidence)
        return detections


def _count(unsupported: str | None, detections: Sequence[Detection]) -> None:
    outcome = "language_unsupported" if unsupported else "reports" if detections else "nothing"
    metrics.articles.labels(outcome).inc()
    if unsupported:
        metrics.unsupported.labels(unsupported).inc()
        log.info("article.language_unsupported", language=unsupported)
    for one in detections:
        metrics.detections_made.labels(one.kind.value, one.stage.value).inc()
