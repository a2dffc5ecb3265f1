"""Fold a detection into a measure: what is new, and how sure are we (pure).

Rules, each of which is a case in the tests:

- A fact that the measure lacks is filled by the first report that names it with a confidence of 0.5 or more.
- What three sources leave out, and a further fact (another target, another good), needs two independent sources, or an
  official one: papers differ in what they list, and a reader must not be told of every difference.
- A stage counts once its reports together are believed at 0.5. Upwards it moves by precedence (proposed, adopted,
  expanded), down to eased and ended only later in time. Within three days adopted and expanded, eased and ended are
  two words for one thing, and a late report of an earlier stage only adds its reporter.
- Nothing is taken back by silence: a report that lacks a fact says nothing about it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Any

from schemas.alert import Change
from schemas.detection import Detection, Kind, Stage
from schemas.measure import Measure
from services.alert.facts import plain
from services.alert.goods import covers
from services.alert.instrument import read
from services.alert.known import SUPPORT_KEPT, KnownMeasure, Milestone, Support
from services.alert.moments import SLACK, is_dated, phase, reported_at

BELIEVED = 0.5
MOST = 0.99
MANY_VOICES = 3
"""What so many sources leave out, one alone cannot add."""
FURTHER_VOICE_COUNTS = 0.5
_UPWARDS = (Stage.PROPOSED, Stage.ADOPTED, Stage.EXPANDED)


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
        milestones=(Milestone(stage=detection.stage, at=at, dated=is_dated(detection)),),
        founding=detection,
        support=(Support.of(detection, at),),
    )


def fold(measure: KnownMeasure, detection: Detection, now: datetime) -> Folded:
    """Return the measure with this report in it; a new version where a fact or the number of sources changed."""
    at = reported_at(detection, now)
    support = _with_report(measure.support, Support.of(detection, at))
    new_voice = len(voices(support)) > len(voices(measure.support))
    facts = _facts(measure, support, detection)
    stage = _stage(measure, detection, support, at)
    changes = tuple(_changes(measure, facts, stage, at))
    return Folded(
        measure.model_copy(
            update=facts
            | {
                "stage": stage,
                "version": measure.version + bool(changes or new_voice),
                "milestones": _milestones(measure, detection, stage, at),
                "confidence": combined(support),
                **_reported(measure, detection, at),
                "support": support,
            }
        ),
        changes,
        new_voice,
    )


def combined(support: Iterable[Support]) -> float:
    """Return how sure we are: the surest source in full, each further independent one at half of its weight.

    Sources on one event are wrong together more often than by chance, so plain multiplication of doubts would claim
    too much; a voice counts once, with its surest article.
    """
    best = sorted(voices(support).values(), reverse=True)
    if not best:
        return 0.0
    doubt = (1 - best[0]) * prod(1 - FURTHER_VOICE_COUNTS * confidence for confidence in best[1:])
    return round(max(best[0], min(MOST, 1 - doubt)), 4)


def voices(support: Iterable[Support]) -> dict[str, float]:
    """Return the independent sources, each with the confidence of its surest article."""
    best: dict[str, float] = {}
    for one in support:
        best[one.voice] = max(best.get(one.voice, 0.0), one.confidence)
    return best


def _with_report(support: tuple[Support, ...], new: Support) -> tuple[Support, ...]:
    """Add a report; a newer revision of an article takes the older one's place, an older one changes nothing."""
    for index, old in enumerate(support):
        if old.reporter.article_id == new.reporter.article_id:
            if new.revision < old.revision:
                return support
            newest = new if new.revision > old.revision else _joined(old, new)
            return (*support[:index], newest, *support[index + 1 :])
    return support if len(support) >= SUPPORT_KEPT else (*support, new)


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
    facts["instrument"] = measure.instrument or (detection.instrument if believed else None)
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


def _stage(measure: KnownMeasure, detection: Detection, support: tuple[Support, ...], at: datetime) -> Stage:
    new, current = detection.stage, measure.milestones[-1]
    if not _moves(current, new, at):
        return measure.stage
    behind = [s for s in support if phase(s.stage) == phase(new)]
    return new if combined(behind) >= BELIEVED else measure.stage


def _reported(measure: KnownMeasure, detection: Detection, at: datetime) -> dict[str, datetime]:
    """Return the first and last report's times; a report without a date moves neither."""
    if not is_dated(detection):
        return {}
    times = [measure.first_reported_at, measure.last_reported_at] if is_dated(measure.founding) else []
    return {"first_reported_at": min([*times, at]), "last_reported_at": max([*times, at])}


def _milestones(measure: KnownMeasure, detection: Detection, stage: Stage, at: datetime) -> tuple[Milestone, ...]:
    """Return the stages so far; a dated report gives its date to a stage that had none."""
    new = Milestone(stage=stage, at=at, dated=is_dated(detection))
    if stage is not measure.stage:
        return (*measure.milestones, new)
    if not new.dated:
        return measure.milestones
    undated = (m for m in measure.milestones if not m.dated and phase(m.stage) == phase(detection.stage))
    first = next(undated, None)
    return tuple(m.model_copy(update={"at": at, "dated": True}) if m is first else m for m in measure.milestones)


def _moves(current: Milestone, new: Stage, at: datetime) -> bool:
    """Tell whether a report of stage `new` at this time changes where the act stands."""
    old = current.stage
    if phase(new) == phase(old):
        order = list(Stage)
        return order.index(new) > order.index(old) and at > current.at + SLACK
    if new in _UPWARDS and old in _UPWARDS:
        return _UPWARDS.index(new) > _UPWARDS.index(old)
    if phase(new) > phase(old):
        return at >= current.at - SLACK
    return new is not Stage.PROPOSED and at > current.at + SLACK


def _changes(measure: KnownMeasure, facts: dict[str, Any], stage: Stage, at: datetime) -> Iterable[Change]:
    if stage is not measure.stage:
        yield Change(field="stage", before=measure.stage.value, after=stage.value)
    for name, matters in _MATTERS.items():
        before, after = getattr(measure, name), facts[name]
        if before != after and matters(measure, after, at):
            yield Change(field=name, before=_plain_json(before), after=_plain_json(after))


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
