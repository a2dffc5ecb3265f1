"""How much a measure matters, in points that can be read aloud (pure)."""

from collections.abc import Iterator
from datetime import date

from schemas.alert import Severity
from schemas.detection import Kind, Stage
from services.alert import goods
from services.alert.known import KnownMeasure
from services.alert.names import place, series
from services.alert.shares import largest_share

_STAGE = {
    Stage.PROPOSED: (1, "proposed, not yet decided"),
    Stage.ADOPTED: (3, "adopted"),
    Stage.EXPANDED: (3, "expanded"),
    Stage.EASED: (1, "eased"),
    Stage.ENDED: (1, "ended"),
}
CRITICAL_GROUPS = frozenset(
    {"critical-minerals", "rare-earths", "magnets", "battery-materials", "semiconductors", "energy", "medical"}
)
"""Groups whose goods few countries make and many industries cannot do without; used where no share is known."""
HALF, A_TENTH = 50, 10
"""Per cent of the world's supply."""
SOON_DAYS = 30
MANY_TARGETS = 5
_LEVELS = ((6, Severity.CRITICAL), (4, Severity.HIGH), (2, Severity.MEDIUM), (0, Severity.LOW))


def severity(measure: KnownMeasure, today: date) -> tuple[Severity, tuple[str, ...]]:
    """Return the level and its reasons, the weightiest first; `today` tells how near the effective date is."""
    reasons = sorted(_reasons(measure, today), key=lambda reason: -abs(reason[0]))
    total = sum(points for points, _ in reasons)
    level = next((level for least, level in _LEVELS if total >= least), Severity.LOW)
    return level, tuple(f"{why} ({points:+d})" for points, why in reasons)


def _reasons(measure: KnownMeasure, today: date) -> Iterator[tuple[int, str]]:
    yield _STAGE[measure.stage]
    yield from _concentration(measure)
    yield from _breadth(measure)
    if measure.kind is Kind.SUPPLY_PACT:
        yield -2, "a pact takes nothing away"
    if measure.effective_on and 0 <= (measure.effective_on - today).days <= SOON_DAYS:
        yield 1, f"takes effect within {SOON_DAYS} days"


def _concentration(measure: KnownMeasure) -> Iterator[tuple[int, str]]:
    """How much of the world's supply it touches: a control what its issuers sell, a sanction what its targets do."""
    sellers = measure.targets if measure.kind is Kind.SANCTION else measure.issuers
    share = largest_share(measure.commodities, sellers)
    if share is not None and share.percent >= A_TENTH:
        who = series(map(place, sellers), 2)
        counted = f"{share.supply.of}, {share.supply.source}, {share.supply.year}"
        points = 2 if share.percent >= HALF else 1
        yield points, f"{share.percent}% of the world's {goods.name_in_sentence(share.good)} from {who} ({counted})"
        return
    critical = [good for good in measure.commodities if goods.groups_of(good) & CRITICAL_GROUPS]
    if share is None and critical:
        yield 1, f"goods that few supply: {', '.join(critical[:5])}"


def _breadth(measure: KnownMeasure) -> Iterator[tuple[int, str]]:
    if measure.kind is Kind.EXPORT_CONTROL and not measure.targets:
        yield 1, "applies to all destinations"
    elif len(measure.targets) >= MANY_TARGETS:
        yield 1, f"hits {len(measure.targets)} countries"
    if len(measure.issuers) > 1 and measure.kind is not Kind.SUPPLY_PACT:
        yield 1, f"{len(measure.issuers)} issuers act together"
