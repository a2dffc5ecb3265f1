"""Which alert a change deserves, and the alert itself (pure)."""

from collections.abc import Iterable
from datetime import date, datetime

from schemas.alert import Alert, AlertType, Change, Quote
from schemas.measure import Measure
from services.alert import goods
from services.alert.headline import headline
from services.alert.known import KnownMeasure, Support
from services.alert.lives import state_of
from services.alert.measure import Folded
from services.alert.severity import severity
from services.alert.voices import voices

TOLD_FROM = 0.5
"""Confidence from which a measure is told at all; a subscription may ask for more, not for less."""
CORROBORATIONS = (2, 3, 5, 10, 20, 50, 100)
"""Numbers of independent sources worth a word: a second one changes a mind, the forty-first does not."""
SOURCES_SHOWN = 25
QUOTES_SHOWN = 10


def decide(folded: Folded) -> AlertType | None:
    """Return the one alert that this change deserves, or None.

    Nothing is told until a measure is believed; then `opened` tells all of it.
    """
    after = folded.measure
    if not after.told:
        return AlertType.OPENED if after.confidence >= TOLD_FROM else None
    if any(change.field == "stage" for change in folded.changes):
        return AlertType.STAGE_CHANGED
    if folded.changes:
        return AlertType.UPDATED
    corroborated = folded.new_voice and len(voices(after.support)) in CORROBORATIONS
    return AlertType.CORROBORATED if corroborated else None


def tell(folded: Folded, alert_type: AlertType, now: datetime) -> tuple[KnownMeasure, Alert]:
    """Return the measure as told, and the alert that tells it."""
    measure = folded.measure
    told = measure.model_copy(update={"told": True, "told_confidence": measure.confidence})
    level, reasons = severity(measure, now.date())
    alert = Alert(
        id=Alert.id_for(measure.id, measure.version, alert_type),
        measure_id=measure.id,
        version=measure.version,
        type=alert_type,
        headline=headline(measure),
        measure=public(measure, now.date()),
        changes=() if alert_type is AlertType.OPENED else (*folded.changes, *_surer(folded)),
        severity=level,
        severity_reasons=reasons,
        evidence=tuple(_quotes(measure.support)),
        created_at=now,
    )
    return told, alert


def public(measure: KnownMeasure, today: date | None = None) -> Measure:
    """Return the measure as it stands in an alert and in the API: goods with their HS codes, sources oldest first.

    `today` tells whether it is in force yet; without one, the day of the last report does.
    """
    oldest_first = sorted(measure.support, key=lambda s: (s.reported_at, s.reporter.article_id))
    own = {"commodities", "sources", "state"}
    facts = {name: getattr(measure, name) for name in Measure.model_fields if name not in own}
    return Measure(
        **facts,
        commodities=tuple(map(goods.describe, measure.commodities)),
        sources=tuple(s.reporter for s in oldest_first[:SOURCES_SHOWN]),
        state=state_of(measure, today or measure.last_reported_at.date()),
    )


def _surer(folded: Folded) -> Iterable[Change]:
    """How many sources there are now, and how much surer they make it since it was last told."""
    before, after = folded.measure.told_confidence, folded.measure.confidence
    count = len(voices(folded.measure.support))
    if folded.new_voice:
        yield Change(field="sources", before=count - 1, after=count)
    if before is not None and after != before:
        yield Change(field="confidence", before=before, after=after)


def _quotes(support: Iterable[Support]) -> list[Quote]:
    """One quote of each independent source, oldest first."""
    seen: dict[str, Quote] = {}
    for one in sorted(support, key=lambda s: (s.reported_at, s.reporter.article_id)):
        if one.quote and one.voice not in seen:
            article = one.reporter
            seen[one.voice] = Quote(
                quote=one.quote,
                language=article.language,
                source=article.source.name,
                url=article.url,
                article_id=article.article_id,
            )
    return list(seen.values())[:QUOTES_SHOWN]
