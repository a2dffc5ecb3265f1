"""How a new measure stands to earlier ones (pure): each relation with the facts that show it.

A follow-up act is a new stage of the same measure wherever the facts are the same; where it is an act of its own, it
may still amend, replace, suspend, answer or carry out another one. At most one relation of each type: the nearest.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from schemas.countries import countries, is_code, members, overlaps
from schemas.detection import Detection, Kind
from schemas.measure import Relation, RelationType
from services.alert.facts import EASED, listed
from services.alert.goods import Likeness, likeness
from services.alert.instrument import read
from services.alert.known import KnownMeasure
from services.alert.moments import SLACK, phase

PLANNED, STANDING = 0, 1
ANSWERED_WITHIN = timedelta(days=30)
CARRIED_OUT_WITHIN = timedelta(days=60)
REPLACED_WITHIN = timedelta(days=30)
UNITED_NATIONS = "UN"
SERIES = "package"
"""The one series whose numbers count acts on one target; an announcement's number counts whatever was announced."""

_ANSWER = re.compile(
    r"retaliat|countermeasure|tit.for.tat|in response to|vergelt|gegenma(?:ß|ss)nahme|représaill|riposte|contre-mesure"
    r"|represalia|contramedida|ritorsion|contromisur|misilleme|kar\u015f\u0131l\u0131k|ответн\w+ мер|контрмер"
    r"|відповідь|反制|报复|報復|対抗措置|보복|맞대응|ردا على|ردًا على|انتقام|مقابله به مثل|تلافی"
    r"|balasan|pembalasan|trả đũa|đáp trả|retaliaç|जवाबी",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """A relation to a candidate, and how far that lies back."""

    type: RelationType
    candidate: KnownMeasure
    because: str
    back: timedelta


def relate(detection: Detection, candidates: Sequence[KnownMeasure], at: datetime) -> tuple[Relation, ...]:
    """Return how the measure that this report opens stands to these earlier ones."""
    nearest: dict[RelationType, Found] = {}
    for candidate in sorted(candidates, key=lambda c: c.id):
        back = at - candidate.milestones[-1].at
        if back < -SLACK:
            continue  # what came later is no earlier measure
        for found in _relations(detection, candidate, back):
            best = nearest.get(found.type)
            if best is None or found.back < best.back:
                nearest[found.type] = found
    return tuple(
        Relation(type=type_, measure_id=nearest[type_].candidate.id, because=nearest[type_].because)
        for type_ in RelationType
        if type_ in nearest
    )


def _relations(detection: Detection, candidate: KnownMeasure, back: timedelta) -> Iterator[Found]:
    for type_, rule in _RULES.items():
        if because := rule(detection, candidate, back):
            yield Found(type_, candidate, because, back)


def _amends(detection: Detection, candidate: KnownMeasure, _back: timedelta) -> str | None:
    ours, theirs = read(detection.instrument), read(candidate.instrument)
    if not _like(detection, candidate) or {ours.series, theirs.series} != {SERIES}:
        return None
    if not ours.numbers or not theirs.numbers or max(theirs.numbers) >= max(ours.numbers):
        return None
    return f"{detection.instrument} follows {candidate.instrument}"


def _replaces(detection: Detection, candidate: KnownMeasure, back: timedelta) -> str | None:
    lifted = phase(candidate.stage) == EASED and phase(detection.stage) == STANDING
    if not lifted or back > REPLACED_WITHIN or not _like(detection, candidate) or not _same_goods(detection, candidate):
        return None
    return f"imposed {max(back.days, 0)} days after the earlier one was {candidate.stage.value}"


def _suspends(detection: Detection, candidate: KnownMeasure, _back: timedelta) -> str | None:
    eases = phase(detection.stage) == EASED and phase(candidate.stage) == STANDING
    if not eases or not _like(detection, candidate) or not _same_goods(detection, candidate):
        return None
    return f"{detection.stage.value}, while the earlier one stood as {candidate.stage.value}"


def _retaliates(detection: Detection, candidate: KnownMeasure, back: timedelta) -> str | None:
    """Tell whether it hits back, and is called so: two that hit each other may have nothing to do with each other."""
    if detection.kind is Kind.SUPPLY_PACT or candidate.kind is Kind.SUPPLY_PACT or back > ANSWERED_WITHIN:
        return None
    crossed = set(detection.targets) & set(candidate.issuers) and set(detection.issuers) & set(candidate.targets)
    if not crossed or EASED in {phase(detection.stage), phase(candidate.stage)}:
        return None
    words = " ".join((detection.article.title, *(evidence.quote for evidence in detection.evidence)))
    called = _ANSWER.search(words)
    return f"{listed(detection.issuers)} hits back: “{called[0]}”" if called else None


def _implements(detection: Detection, candidate: KnownMeasure, back: timedelta) -> str | None:
    if detection.kind is not candidate.kind or {phase(detection.stage), phase(candidate.stage)} != {STANDING}:
        return None
    if back > CARRIED_OUT_WITHIN or not overlaps(detection.targets, candidate.targets):
        return None
    above = [code for code in candidate.issuers if _is_bound_by(detection.issuers, code)]
    return f"{listed(detection.issuers)} carries out what {listed(above)} decided" if above else None


@lru_cache(maxsize=1_000)
def blocs_of(code: str) -> tuple[str, ...]:
    """Return the blocs that a country is a member of."""
    return tuple(bloc for bloc in countries() if code in members(bloc))


def _is_bound_by(issuers: Sequence[str], decider: str) -> bool:
    """Tell whether all of these carry out what the decider decides: UN resolutions bind all, a bloc its members."""
    if not issuers or decider in issuers or not is_code(decider):
        return False
    return decider == UNITED_NATIONS or set(issuers) <= set(members(decider))


def _like(detection: Detection, candidate: KnownMeasure) -> bool:
    """Tell whether kind, issuer and target are those of the candidate, as far as they are told."""
    if detection.kind is not candidate.kind or not set(detection.issuers) & set(candidate.issuers):
        return False
    ours, theirs = detection.targets, candidate.targets
    return not ours or not theirs or overlaps(ours, theirs)


def _same_goods(detection: Detection, candidate: KnownMeasure) -> bool:
    """Tell whether it is about the same goods; without goods, whether both name the same target."""
    ours, theirs = detection.commodities, candidate.commodities
    if ours and theirs:
        return likeness(ours, theirs) is Likeness.SAME
    return bool(set(detection.targets) & set(candidate.targets))


_RULES = {
    RelationType.AMENDS: _amends,
    RelationType.REPLACES: _replaces,
    RelationType.SUSPENDS: _suspends,
    RelationType.RETALIATES_FOR: _retaliates,
    RelationType.IMPLEMENTS: _implements,
}
