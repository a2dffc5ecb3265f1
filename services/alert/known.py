"""What the alert service remembers of a measure: its facts, its life so far, and who reported it."""

from datetime import date
from typing import Self

from pydantic import Field

from schemas.article import SourceKind
from schemas.base import Message, UtcDatetime
from schemas.detection import Detection, Kind, Stage
from schemas.measure import Relation, Reporter

QUOTE_CHARACTERS = 400
SUPPORT_KEPT = 100
"""Reports that a measure carries; those beyond stay in the table of reports alone."""


class Milestone(Message):
    """A stage and when it was first reported."""

    stage: Stage
    at: UtcDatetime
    dated: bool = True
    """False where no report of it gave a date: `at` is then only when we heard of it."""


class Support(Message):
    """One article that supports a measure, and what it said."""

    reporter: Reporter
    revision: int
    voice: str
    """Articles of one voice are one source, see `voice_of`."""
    official: bool
    confidence: float
    stage: Stage
    reported_at: UtcDatetime
    dated: bool = True
    """False where the article has no date: `reported_at` is then only when we heard of it."""
    targets: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    instrument: str | None = None
    effective_on: date | None = None
    quote: str | None = None

    @classmethod
    def of(cls, detection: Detection, reported_at: UtcDatetime) -> Self:
        """Return what this detection adds to a measure."""
        article = detection.article
        return cls(
            reporter=Reporter(
                article_id=article.id,
                url=article.url,
                title=article.title,
                language=article.language,
                published_at=article.published_at,
                source=article.source,
            ),
            revision=article.revision,
            voice=voice_of(detection),
            official=article.source.kind is SourceKind.OFFICIAL,
            confidence=detection.confidence,
            stage=detection.stage,
            reported_at=reported_at,
            dated=(article.published_at or article.fetched_at) is not None,
            targets=detection.targets,
            entities=detection.entities,
            commodities=detection.commodities,
            instrument=detection.instrument,
            effective_on=detection.effective_on,
            quote=_quote(detection),
        )


class KnownMeasure(Message):
    """A measure as the alert service knows it."""

    id: str
    version: int = Field(ge=1)
    kind: Kind
    stage: Stage
    issuers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    commodities: tuple[str, ...] = ()
    instrument: str | None = None
    effective_on: date | None = None
    confidence: float = Field(ge=0, le=1)
    first_reported_at: UtcDatetime
    last_reported_at: UtcDatetime
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    """Its stages in the order in which they came to be true; the last one stands."""
    told: bool = False
    """True once an `opened` alert exists."""
    told_confidence: float | None = None
    """Its confidence when it was last told."""
    founding: Detection
    """Later reports are compared with it, so that a chain of likenesses cannot drift away."""
    relations: tuple[Relation, ...] = ()
    """How it stands to other measures."""
    support: tuple[Support, ...] = ()
    """Its articles, oldest report first, at most `SUPPORT_KEPT`."""


def voice_of(detection: Detection) -> str:
    """Return what makes a source independent of another one.

    A newspaper speaks with one voice however many articles it prints. An aggregator and the push API only carry what
    others say: there the host of the address is the voice, and the article itself where it has no address.
    """
    article = detection.article
    if article.source.kind not in {SourceKind.AGGREGATOR, SourceKind.PUSH}:
        return article.source.id
    host = (article.url or "").partition("://")[2].partition("/")[0].lower()
    return host or article.id


def _quote(detection: Detection) -> str | None:
    """Return the words that best show the act: those behind its kind, else the longest."""
    ranked = sorted(detection.evidence, key=lambda e: (e.claim != "kind", e.claim != "stage", -len(e.quote)))
    return ranked[0].quote[:QUOTE_CHARACTERS] if ranked else None
