"""By which keys a report finds the measures it may belong to (pure): an index in the database, a dict in a replay.

What a report may be merged with shares an issuer with it. Within weeks that may be all they share; later they must
share a target, a good, a name or a number as well, which makes a key of two facts. Each search reads a few rows of one
key in order of time, so that it costs the same however many measures there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from schemas.detection import Detection, Kind, Stage
from services.alert.facts import plain
from services.alert.goods import lineage
from services.alert.instrument import read
from services.alert.known import KnownMeasure
from services.alert.moments import LONGEST_STAGE_DAYS, SLACK, is_dated, phase
from services.alert.relations import ANSWERED_WITHIN, CARRIED_OUT_WITHIN, UNITED_NATIONS, blocs_of

NEAR = timedelta(days=60)
"""Within this time reports of one stage may lie apart; a slow source may also report what has gone on since."""
FAR = timedelta(days=LONGEST_STAGE_DAYS)
"""An act is adopted, expanded, eased or ended long after the stage before."""
ALWAYS = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
NEAREST_BY_ONE = 25
NEAREST_BY_TWO = 8
NEAREST_FAR = 1
"""Measures read of one key, on each side of the report: of keys of one fact, of two, and of those long before."""
NAMES_KEPT = 10
PAIRS_SOUGHT, PAIRS_SOUGHT_FAR = 16, 8
NO_ISSUER = "issuer:-"
KEY_CHARACTERS = 200

Side = Literal["before", "after"]


@dataclass(frozen=True)
class Search:
    """Read the measures of one key that reached a stage between two times, the nearest to the report first."""

    kind: Kind
    key: str
    earliest: datetime
    latest: datetime
    side: Side
    """`before`: from `latest` backwards; `after`: from `earliest` on."""
    phase: int | None = None
    """Only stages of this phase; None: any."""
    limit: int = NEAREST_BY_TWO


def keys_of(measure: KnownMeasure) -> set[str]:
    """Return the keys under which a measure is found."""
    issuers = sorted({*measure.founding.issuers, *measure.issuers})
    facts = set(_facts(measure.targets, measure.commodities, measure.entities, measure.instrument))
    if not issuers:
        return {NO_ISSUER, *(fact for fact in facts if fact.startswith(("target:", "name:")))}
    pairs = {_pair(issuer, fact) for issuer in issuers for fact in facts}
    alone = {fact for fact in facts if fact.startswith(("target:", "name:"))}
    return {*(f"issuer:{code}" for code in issuers), *alone, *pairs}


def searches_for(detection: Detection, at: datetime) -> list[Search]:
    """Return where to look for the measure that a report of this time belongs to."""
    if not is_dated(detection):
        return [Search(detection.kind, key, *ALWAYS, "before", limit=limit) for key, limit in _keys_for(detection)]
    found: list[Search] = []
    for key, limit in _keys_for(detection):
        found.append(Search(detection.kind, key, at - NEAR, at, "before", limit=limit))
        found.append(Search(detection.kind, key, at, at + NEAR, "after", limit=limit))
    found.extend(
        Search(detection.kind, key, at - FAR, at - NEAR, "before", phase=earlier, limit=NEAREST_FAR)
        for key in _pairs_for(detection)[:PAIRS_SOUGHT_FAR]
        for earlier in range(_follows(detection.stage))
    )
    return found


def searches_for_related(detection: Detection, at: datetime) -> list[Search]:
    """Return where to look for earlier measures that a new act may amend, replace, suspend, answer or carry out."""
    latest = at + SLACK
    followed = [Search(detection.kind, key, at - FAR, latest, "before") for key in _pairs_for(detection)]
    above = {UNITED_NATIONS, *(bloc for issuer in detection.issuers for bloc in blocs_of(issuer))} - {
        *detection.issuers
    }
    carried_out = [
        Search(detection.kind, _pair(code, f"target:{target}"), at - CARRIED_OUT_WITHIN, latest, "before")
        for code in sorted(above)
        for target in detection.targets[:NAMES_KEPT]
    ]
    answered = [
        Search(kind, _pair(target, f"target:{issuer}"), at - ANSWERED_WITHIN, latest, "before")
        for kind in (Kind.EXPORT_CONTROL, Kind.SANCTION)
        for target in detection.targets[:NAMES_KEPT]
        for issuer in detection.issuers
    ]
    return [*followed, *carried_out[:PAIRS_SOUGHT], *answered[:PAIRS_SOUGHT]]


def _keys_for(detection: Detection) -> list[tuple[str, int]]:
    """Return the keys to look under, each with how many measures to read of it."""
    if detection.issuers:
        alone = [*(f"issuer:{code}" for code in detection.issuers), NO_ISSUER]
        pairs = [(key, NEAREST_BY_TWO) for key in _pairs_for(detection)]
    else:
        facts = _facts(detection.targets, (), detection.entities, None)
        alone, pairs = [*dict.fromkeys(facts)][:PAIRS_SOUGHT], []
    return [(key, NEAREST_BY_ONE) for key in alone] + pairs


def _pairs_for(detection: Detection) -> list[str]:
    """Return the keys of two facts, the rarest facts first, at most so many as a look-up can bear."""
    facts = dict.fromkeys(_facts(detection.targets, detection.commodities, detection.entities, detection.instrument))
    return [_pair(issuer, fact) for fact in facts for issuer in detection.issuers][:PAIRS_SOUGHT]


def _facts(
    targets: Iterable[str], commodities: Iterable[str], entities: tuple[str, ...], instrument: str | None
) -> Iterator[str]:
    """Give what a key can be made of, the rarest first: a number, names, goods and what sums them up, targets."""
    act = read(instrument)
    yield from (f"act:{act.series} {number}" for number in sorted(act.numbers))
    yield from (f"name:{plain(name)}"[: KEY_CHARACTERS - 20] for name in entities[:NAMES_KEPT])
    goods = tuple(commodities)
    yield from (f"good:{good}" for good in goods)
    yield from (f"target:{code}" for code in targets)
    yield from (f"good:{wider}" for good in goods for wider in lineage(good)[1:])


def _pair(issuer: str, fact: str) -> str:
    return f"issuer:{issuer}/{fact}"[:KEY_CHARACTERS]


def _follows(stage: Stage) -> int:
    """Return below which phase lie the stages that this one may follow after long: expanded also follows adopted."""
    return phase(stage) + (stage in {Stage.EXPANDED, Stage.ENDED})
