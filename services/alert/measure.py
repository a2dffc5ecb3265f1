"""Fold a detection into a measure: what is new, and how sure are we (pure).

Rules, each of which is a case in the tests:

- A fact that the measure lacks is filled by the first report that names it with a confidence of 0.5 or more.
- What three sources leave out, and a further fact (another target, another good), needs two independent sources, or an
  official one: papers differ in what they list, and a reader must not be told of every difference.
- The stage is what `lives` makes of all reports together; a late report of an earlier one only adds its reporter.
- Nothing is taken back by silence: a report that lacks a fact says nothing about it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.alert import Change
from schemas.detection import Detection, Kind, Stage
from schemas.measure import Measure
from services.alert.facts import plain
from services.alert.goods import covers
from services.alert.instrument import read
from services.alert.known import SUPPORT_KEPT, KnownMeasure, Milestone, Support
from services.alert.lives import life
from services.alert.moments import ECHO_DAYS, SLACK, is_dated, phase, reported_at
from services.alert.voices import BELIEVED, combined, voices

MANY_VOICES = 3
"""What so many sources leave out, one alone cannot add."""
EASED = phase(Stage.EASED)


@dataclass(frozen=True)
class Folded:
    """The measure after a report. `changes` are those that a reader would act on; `new_voice` a further source."""

    measure: KnownMeasure
    changes: tuple[Change, ...]
    new_voice: bool


def found(detection: Detection, now: datetime) -> KnownMeasure:
    """Return the measure that this detection opens."""
    at = reported_at(detection, now)
    return KnownMeasure(
        id=Measure.id_for(detection.id),
        version=1,
        kind=detection.kind,
        stage=detection.stage,
        issuers=detection.issuers,
        targets=detection.targets,
        entities=detection.entities,
        commodities=detection.commodities,
        instrument=detection.instrument,
        effective_on=detection.effective_on,
        confidence=combined([Support.of(detection, at)]),
        first_reported_at=at,
        last_reported_at=at,
        milestones=life([Support.of(detection, at)]),
        founding=detection,
        support=(Support.of(detection, at),),
    )


def fold(measure: KnownMeasure, detection: Detection, now: datetime) -> Folded:
    """Return the measure with this report in it; a new version where a fact or the number of sources changed."""
    at = reported_at(detection, now)
    support = _with_report(measure.support, Support.of(detection, at))
    new_voice = len(voices(support)) > len(voices(measure.support))
    facts = _facts(measure, support, detection)
    milestones = life(support)
    stage = milestones[-1].stage
    changes = tuple(_changes(measure, facts, milestones, at))
    return Folded(
        measure.model_copy(
            update=facts
            | {
                "stage": stage,
                "version": measure.version + bool(changes or new_voice),
                "milestones": milestones,
                "confidence": combined(support),
                **_reported(measure, detection, at),
                "support": support,
            }
        ),
        changes,
        new_voice,
    )


def _with_report(support: tuple[Support, ...], new: Support) -> tuple[Support, ...]:
    """Add a report; a newer revision of an article takes the older one's place, an older one changes nothing."""
    for index, old in enumerate(support):
        if old.reporter.article_id == new.reporter.article_id:
            if new.revision < old.revision:
                return support
            newest = new if new.revision > old.revision else _joined(old, new)
            return (*support[:index], newest, *support[index + 1 :])
    return _bounded((*support, new))


def _bounded(support: tuple[Support, ...]) -> tuple[Support, ...]:
    """Return at most `SUPPORT_KEPT` reports: of the stage and fortnight with most of them the latest one goes."""
    if len(support) <= SUPPORT_KEPT:
        return support
    crowds = Counter(_crowd(one) for one in support)
    fullest = max(crowds, key=lambda crowd: (crowds[crowd], crowd))
    goes = max((s for s in support if _crowd(s) == fullest), key=lambda s: (s.reported_at, s.reporter.article_id))
    return tuple(one for one in support if one is not goes)


def _crowd(one: Support) -> tuple[str, int]:
    return one.stage.value, one.reported_at.toordinal() // ECHO_DAYS


def _joined(old: Support, new: Support) -> Support:
    """Join two detections of one text that turned out to be one act."""
    lists = {
        name: tuple(sorted({*getattr(old, name), *getattr(new, name)}))
        for name in ("targets", "entities", "commodities")
    }
    return old.model_copy(update=lists | {"confidence": max(old.confidence, new.confidence)})


def _facts(measure: KnownMeasure, support: tuple[Support, ...], detection: Detection) -> dict[str, Any]:
    """Return the measure's facts with what this report fills and what the reports together confirm."""
    believed = detection.confidence >= BELIEVED
    facts: dict[str, Any] = {}
    for name in ("targets", "commodities", "entities"):
        known: tuple[str, ...] = getattr(measure, name)
        said: tuple[str, ...] = getattr(detection, name)
        if known or len(voices(measure.support)) >= MANY_VOICES:
            normal = plain if name == "entities" else str
            facts[name] = known + tuple(_confirmed(support, name, known, said, normal))
        else:
            facts[name] = said if believed else ()
    facts["issuers"] = measure.issuers or (detection.issuers if believed else ())
    facts["targets"] = tuple(
        code for code in facts["targets"] if code not in facts["issuers"]
    )  # nobody acts on himself
    same_act = (phase(detection.stage) == EASED) == (
        phase(measure.founding.stage) == EASED
    )  # an easing has its own number
    facts["instrument"] = measure.instrument or (detection.instrument if believed and same_act else None)
    facts["effective_on"] = measure.effective_on or (detection.effective_on if believed else None)
    return facts


def _confirmed(
    support: tuple[Support, ...], name: str, known: tuple[str, ...], said: tuple[str, ...], normal: Callable[[str], str]
) -> list[str]:
    """Return what this report adds and another voice has said too, or an official source says."""
    have = {normal(value) for value in known}
    new = {normal(value): value for value in said if normal(value) not in have}
    return [value for key, value in sorted(new.items()) if _backed(support, name, key, normal)]


def _backed(support: tuple[Support, ...], name: str, key: str, normal: Callable[[str], str]) -> bool:
    behind = [s for s in support if key in map(normal, getattr(s, name))]
    return any(s.official for s in behind) or len({s.voice for s in behind}) > 1


def _reported(measure: KnownMeasure, detection: Detection, at: datetime) -> dict[str, datetime]:
    """Return the first and last report's times; a report without a date moves neither."""
    if not is_dated(detection):
        return {}
    times = [measure.first_reported_at, measure.last_reported_at] if is_dated(measure.founding) else []
    return {"first_reported_at": min([*times, at]), "last_reported_at": max([*times, at])}


def _changes(
    measure: KnownMeasure, facts: dict[str, Any], milestones: Sequence[Milestone], at: datetime
) -> Iterable[Change]:
    stage = milestones[-1].stage
    moved = stage is not measure.stage and not _other_word(measure.milestones, milestones)
    if moved or _again(measure.milestones, milestones):
        yield Change(field="stage", before=measure.stage.value, after=stage.value)
    for name, matters in _MATTERS.items():
        before, after = getattr(measure, name), facts[name]
        if before != after and matters(measure, after, at):
            yield Change(field=name, before=_plain_json(before), after=_plain_json(after))


def _other_word(before: Sequence[Milestone], after: Sequence[Milestone]) -> bool:
    """Tell whether a paper of the same days, read later, only calls it adopted where another calls it expanded."""
    one, other = before[-1], after[-1]
    same_days = one.dated and other.dated and abs(one.at - other.at) <= SLACK
    return len(before) == len(after) and phase(one.stage) == phase(other.stage) and same_days


def _again(before: Sequence[Milestone], after: Sequence[Milestone]) -> bool:
    """Tell whether it was expanded once more; an earlier stage that is filled in late is no change."""
    return len(after) > len(before) and after[-1].at > before[-1].at


def _new_good(measure: KnownMeasure, after: tuple[str, ...], _at: datetime) -> bool:
    """Tell whether a good is news: a wider name adds nothing, a narrower one tells a buyer that it is hers."""
    added = set(after) - set(measure.commodities)
    return any(not any(covers(wider=good, narrower=known) for known in measure.commodities) for good in added)


_MATTERS: dict[str, Callable[[KnownMeasure, Any, datetime], bool]] = {
    "issuers": lambda _measure, _after, _at: True,
    "targets": lambda _measure, _after, _at: True,
    "commodities": _new_good,
    "entities": lambda measure, _after, _at: measure.kind is not Kind.SUPPLY_PACT,
    # A name without a number is a wording; a date that has passed is nothing to prepare for.
    "instrument": lambda _measure, after, _at: bool(read(after).numbers),
    "effective_on": lambda _measure, after, at: after > at.date(),
}


def _plain_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
