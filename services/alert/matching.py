"""Does a subscription want an alert, and why (pure).

Every line of a subscription that is given must hold, and a list means any of these. Where a line could be read in two
ways, it is read so that nothing a buyer waits for is missed:

- `issuers` names who acts. A member of a bloc is bound by its acts: `DE` matches an act of the EU. A bloc does not
  stand for its members: `EU` does not match an act of Germany alone. The UN binds everyone and is matched by name
  only.
- `targets` names who is hit, and what hits a bloc hits its members, and the other way round. An export control that
  names no country applies to all of them, so it matches every target. A pact has no target: there the line names a
  party, so that `targets: [JP]` tells of Japan's pacts too.
- `commodities` takes goods, the wider goods they belong to, and groups; `hs` any digit depth, so `85` matches 8505.11
  and `850511` matches a good listed as 8505.
- `min_confidence` is passed by an alert of any asked type, and also by the corroboration that lifts a measure over
  the line, where the subscription asks for `opened`: its reader has not heard of the measure yet.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from schemas.alert import Alert, AlertType, Severity
from schemas.commodities import hs_matches
from schemas.countries import members, overlaps
from schemas.detection import Kind
from services.alert import goods
from services.alert.objects import Match, Subscription

Verdict = tuple[bool, str]
"""Whether a line holds, and what is said about it."""


@dataclass(frozen=True)
class Matched:
    """It goes out; `because` says which lines hold and by what."""

    because: tuple[str, ...]


@dataclass(frozen=True)
class NotMatched:
    """It does not; `because` names the first line that does not hold."""

    because: str


def match(alert: Alert, subscription: Subscription) -> Matched | NotMatched:
    """Hold an alert against a subscription, line by line."""
    because: list[str] = []
    for line in _LINES:
        verdict = line(alert, subscription.match)
        if verdict is None:
            continue
        holds, reason = verdict
        if not holds:
            return NotMatched(reason)
        because.append(reason)
    return Matched(tuple(because))


def _type_and_confidence(alert: Alert, wanted: Match) -> Verdict:
    confidence, least = alert.measure.confidence, wanted.min_confidence
    if confidence < least:
        return False, f"confidence {confidence:.2f} is below {least:.2f}"
    if alert.type.value in wanted.types:
        return True, f"{alert.type.value.replace('_', ' ')}, confidence {confidence:.2f}"
    before = next((change.before for change in alert.changes if change.field == "confidence"), None)
    if alert.type is AlertType.CORROBORATED and "opened" in wanted.types and before is not None and before < least:
        return True, f"confidence rose from {before:.2f} to {confidence:.2f}, past your line of {least:.2f}"
    return False, f"{alert.type.value} is not among the types"


def _kind(alert: Alert, wanted: Match) -> Verdict | None:
    return _one_of("kind", alert.measure.kind.value, [kind.value for kind in wanted.kinds])


def _stage(alert: Alert, wanted: Match) -> Verdict | None:
    return _one_of("stage", alert.measure.stage.value, [stage.value for stage in wanted.stages])


def _one_of(name: str, value: str, wanted: Sequence[str]) -> Verdict | None:
    if not wanted:
        return None
    return value in wanted, f"{name} {value}" if value in wanted else f"{name} {value} is not among {', '.join(wanted)}"


def _issuers(alert: Alert, wanted: Match) -> Verdict | None:
    return _any("issuer", wanted.issuers, alert.measure.issuers, _acts_for)


def _acts_for(wanted: str, issuer: str) -> bool:
    return wanted == issuer or wanted in members(issuer)


def _targets(alert: Alert, wanted: Match) -> Verdict | None:
    measure = alert.measure
    if measure.kind is Kind.SUPPLY_PACT:
        return _any("party", wanted.targets, measure.issuers, _hits)
    if wanted.targets and measure.kind is Kind.EXPORT_CONTROL and not measure.targets:
        return True, "no destination is named: it applies to all"
    return _any("target", wanted.targets, measure.targets, _hits)


def _hits(wanted: str, target: str) -> bool:
    return wanted == target or overlaps(wanted, target)


def _commodities(alert: Alert, wanted: Match) -> Verdict | None:
    ids = [good.id for good in alert.measure.commodities]
    return _any("good", wanted.commodities, ids, goods.belongs_to)


def _hs(alert: Alert, wanted: Match) -> Verdict | None:
    codes = list(dict.fromkeys(code for good in alert.measure.commodities for code in good.hs))
    return _any("HS", wanted.hs, codes, hs_matches)


def _any(name: str, wanted: Sequence[str], have: Iterable[str], fits: Callable[[str, str], bool]) -> Verdict | None:
    """Look for the first wanted value that fits one the measure has; nothing wanted is no line."""
    if not wanted:
        return None
    values = list(have)
    for one in wanted:
        for value in values:
            if fits(one, value):
                return True, f"{name} {value}" if one == value else f"{name} {value} ({one})"
    return False, f"no {name} among {', '.join(wanted)}"


def _severity(alert: Alert, wanted: Match) -> Verdict | None:
    least = wanted.min_severity
    if least is None:
        return None
    holds = alert.severity.rank >= Severity(least).rank
    return holds, f"severity {alert.severity.value}" + ("" if holds else f" is below {least.value}")


_LINES: tuple[Callable[[Alert, Match], Verdict | None], ...] = (
    _type_and_confidence,
    _kind,
    _stage,
    _issuers,
    _targets,
    _commodities,
    _hs,
    _severity,
)
