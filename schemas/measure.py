"""Measure: the real-world act, merged from all detections about it."""

from datetime import date

from pydantic import Field

from schemas.article import Source
from schemas.base import Message, UtcDatetime, stable_id
from schemas.detection import Kind, Stage


class Good(Message):
    """A good of the taxonomy as it stands in an alert."""

    id: str
    name: str
    group: str
    hs: tuple[str, ...] = ()
    """HS 2022 codes, 2 to 6 digits."""


class Reporter(Message):
    """One article that supports a measure."""

    article_id: str
    url: str | None = None
    title: str = ""
    language: str | None = None
    published_at: UtcDatetime | None = None
    source: Source


class Measure(Message):
    """The real-world act (control, sanction or pact) as known at one version."""

    id: str
    version: int = Field(ge=1)
    kind: Kind
    stage: Stage
    issuers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    commodities: tuple[Good, ...] = ()
    instrument: str | None = None
    effective_on: date | None = None
    first_reported_at: UtcDatetime
    confidence: float = Field(ge=0, le=1)
    sources: tuple[Reporter, ...] = ()
    """The articles that support it, oldest report first."""

    @staticmethod
    def id_for(founding_detection_id: str) -> str:
        """Return the id of the measure that this detection opened."""
        return stable_id("mea", founding_detection_id)
