"""Every topic once: its name, the model it carries, its key, partitions and retention."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from schemas.alert import Alert
from schemas.article import Article
from schemas.base import Message
from schemas.dead_letter import DeadLetter
from schemas.detection import Detection
from schemas.page_request import PageRequest
from schemas.source_state import SourceState

M = TypeVar("M", bound=Message)
DAY_MS = 24 * 60 * 60 * 1000
MIB = 1024 * 1024


@dataclass(frozen=True)
class Topic(Generic[M]):
    """One topic. `key` gives the record's key: records of one key stay in order, on one partition."""

    name: str
    model: type[M]
    key: Callable[[M], str]
    partitions: int
    retention_ms: int
    compacted: bool = False
    max_message_bytes: int = 4 * MIB

    @property
    def schema(self) -> str:
        """Name and version of the model, for the `schema` header, for example `article.v1`."""
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in self.model.__name__).lstrip("-")
        return f"{words}.{self.name.rsplit('.', 1)[-1]}"


ARTICLES = Topic("chokepoint.articles.v1", Article, lambda a: a.id, partitions=6, retention_ms=30 * DAY_MS)
DETECTIONS = Topic(
    "chokepoint.detections.v1", Detection, lambda d: d.kind.value, partitions=3, retention_ms=90 * DAY_MS
)
ALERTS = Topic("chokepoint.alerts.v1", Alert, lambda a: a.measure_id, partitions=3, retention_ms=365 * DAY_MS)
PAGE_REQUESTS = Topic(
    "chokepoint.page-requests.v1", PageRequest, lambda p: p.article_id, partitions=3, retention_ms=DAY_MS
)
SOURCES = Topic(
    "chokepoint.sources.v1", SourceState, lambda s: s.source.id, partitions=1, retention_ms=-1, compacted=True
)
DEAD_LETTERS = Topic(
    "chokepoint.dead-letters.v1",
    DeadLetter,
    lambda d: d.topic,
    partitions=1,
    retention_ms=90 * DAY_MS,
    max_message_bytes=6 * MIB,  # a record of 4 MiB grows by a third in base64
)

TOPICS: tuple[Topic[Any], ...] = (ARTICLES, DETECTIONS, ALERTS, PAGE_REQUESTS, SOURCES, DEAD_LETTERS)
