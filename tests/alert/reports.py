"""Detections for the tests, written in one line each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from schemas.article import ArticleRef, Source, SourceKind
from schemas.detection import Detection, Detector, Evidence, Kind, Stage
from services.alert.known import KnownMeasure
from services.alert.measure import fold, found

DAY0 = datetime(2025, 10, 28, 6, 0, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)
_numbers = count(1)


def report(  # noqa: PLR0913 - every fact of a detection, by keyword
    kind: str = "supply_pact",
    stage: str = "adopted",
    *,
    issuers: str = "",
    targets: str = "",
    goods: str = "",
    entities: Sequence[str] = (),
    instrument: str | None = None,
    effective_on: date | None = None,
    day: float | None = 0.0,
    article: str | None = None,
    revision: int = 1,
    source: str | None = None,
    source_kind: str = "news",
    url: str | None = None,
    language: str = "en",
    confidence: float = 0.8,
    ordinal: int = 0,
    told: str = "",
    quote: str = "the words that show it",
) -> Detection:
    """Return a detection; `day` counts from 28 October 2025, None for an article without any date."""
    number = next(_numbers)
    name = source or f"paper-{number}"
    ref = ArticleRef(
        id=article or f"art-{number}",
        revision=revision,
        url=url,
        title=f"Title {number}",
        language=language,
        published_at=None if day is None else DAY0 + timedelta(days=day),
        source=Source(id=name, name=name.title(), kind=SourceKind(source_kind)),
    )
    evidence = [Evidence(claim="kind", quote=quote, start=0, end=len(quote))]
    evidence += [Evidence(claim=claim, quote="x", start=100 + i, end=101 + i) for i, claim in enumerate(told.split())]
    return Detection(
        id=Detection.id_for(ref, Kind(kind), ordinal),
        article=ref,
        kind=Kind(kind),
        stage=Stage(stage),
        issuers=tuple(sorted(issuers.split())),
        targets=tuple(sorted(targets.split())),
        commodities=tuple(sorted(goods.split())),
        entities=tuple(entities),
        instrument=instrument,
        effective_on=effective_on,
        confidence=confidence,
        evidence=tuple(evidence),
        detector=Detector(name="test", version="1"),
    )


def control(stage: str = "adopted", **facts: Any) -> Detection:
    """Return a detection of an export control."""
    return report("export_control", stage, **facts)


def sanction(stage: str = "adopted", **facts: Any) -> Detection:
    """Return a detection of a sanction."""
    return report("sanction", stage, **facts)


def pact(stage: str = "adopted", **facts: Any) -> Detection:
    """Return a detection of a supply pact."""
    return report("supply_pact", stage, **facts)


def measure_of(*detections: Detection) -> KnownMeasure:
    """Return the measure that these detections make together, each folded into it whatever correlation would say."""
    first, *others = detections
    measure = found(first, LATER)
    for other in others:
        measure = fold(measure, other, LATER).measure
    return measure
