"""What the service would have done with a list of detections, in order (pure: no Kafka, no database, no loop).

In: the detections of each article, in the order of arrival. Out: one record for each measure, as `chokepoint
backtest` prints it. The steps are those of the service itself; only the look-up is a dict in place of an index.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from schemas.alert import Alert
from schemas.detection import Detection, Kind
from services.alert.alerts import public
from services.alert.correlation import Opened, correlate
from services.alert.known import KnownMeasure
from services.alert.lookup import Search, keys_of, searches_for, searches_for_related
from services.alert.matching import Matched, match
from services.alert.moments import is_dated, phase, reported_at
from services.alert.objects import Subscription
from services.alert.pipeline import Outcome, follow

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = "\uffff"
Place = tuple[datetime, str]


class Memory:
    """The measures of a replay, found by the same searches as in the database, and undated ones at any time."""

    def __init__(self) -> None:
        self.measures: dict[str, KnownMeasure] = {}
        self._places: dict[str, dict[int, list[Place]]] = defaultdict(lambda: defaultdict(list))
        self._undated: dict[str, set[str]] = defaultdict(set)

    def find(self, searches: Iterable[Search]) -> list[KnownMeasure]:
        """Return the measures that these searches find."""
        ids: set[str] = set()
        for search in searches:
            key = _key(search.kind, search.key)
            ids.update(measure_id for _, measure_id in self._found(key, search))
            ids.update(self._undated.get(key, ()))
        return [self.measures[id_] for id_ in sorted(ids)]

    def _found(self, key: str, search: Search) -> list[Place]:
        """Return the nearest places of one key, by search."""
        places = self._places.get(key, {})
        phases = list(places) if search.phase is None else [search.phase]
        found = [place for stage in phases for place in _nearest(places.get(stage, []), search)]
        found.sort(reverse=search.side == "before")
        return found[: search.limit]

    def keep(self, measure: KnownMeasure) -> None:
        """Keep a measure and the keys under which it is found."""
        old = self.measures.get(measure.id)
        former = set(_places_of(old)) if old else set()
        after = set(_places_of(measure))
        for key, stage, place in former - after:
            places = self._places[key][stage]
            del places[bisect_left(places, place)]
        for key, stage, place in after - former:
            insort(self._places[key][stage], place)
        dated = all(milestone.dated for milestone in measure.milestones)
        for key, _, _ in after:
            (self._undated[key].discard if dated else self._undated[key].add)(measure.id)
        self.measures[measure.id] = measure


def _places_of(measure: KnownMeasure) -> Iterator[tuple[str, int, Place]]:
    for key in keys_of(measure):
        for milestone in measure.milestones:
            yield _key(measure.kind, key), phase(milestone.stage), (milestone.at, measure.id)


def _nearest(places: list[Place], search: Search) -> list[Place]:
    """Return the places of one phase between the times of a search, at most its limit, from its near side on."""
    first = bisect_left(places, (search.earliest, ""))
    last = bisect_right(places, (search.latest, _LAST))
    found = places[first:last]
    return found[-search.limit :] if search.side == "before" else found[: search.limit]


def _key(kind: Kind, key: str) -> str:
    return f"{kind.value}/{key}"


def replay(
    detections_by_article: Iterable[tuple[str, Iterable[Detection]]], subscription: Subscription | None = None
) -> list[dict[str, Any]]:
    """Return one record a measure, in the order of opening.

    Each record: `id`, `kind`, `stage`, `state`, `issuers`, `targets`, `commodities`, `relations`, `milestones` (its
    stages and since when), `articles` (ids, each once), `history` (one entry a report) and `alerts`. With a
    subscription, each alert says in `because` why it would have been sent, and only those that would are listed. When
    somebody fetched an article says nothing here: one without a date of its own is compared by its facts alone.
    """
    memory = Memory()
    records: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    clock = _LONG_AGO
    for article_id, detection in _undated_last(detections_by_article):
        clock = max(clock, detection.article.published_at or clock)
        if detection.id in seen:
            continue
        seen.add(detection.id)
        outcome = _take(detection, memory, clock)
        if outcome.measure is not None:
            memory.keep(outcome.measure)
            record = records.setdefault(outcome.measure.id, {"articles": [], "history": [], "alerts": []})
            _add(record, article_id, detection, outcome, clock, subscription)
    return [_facts(memory.measures[measure_id], clock) | record for measure_id, record in records.items()]


def _take(detection: Detection, memory: Memory, now: datetime) -> Outcome:
    at = reported_at(detection, now)
    near_by = memory.find(searches_for(detection, at))
    decision = correlate(detection, near_by, now)
    related = memory.find(searches_for_related(detection, at)) if isinstance(decision, Opened) else []
    return follow(decision, detection, near_by, related, now)


def _undated_last(
    detections_by_article: Iterable[tuple[str, Iterable[Detection]]],
) -> Iterator[tuple[str, Detection]]:
    """Give the dated detections as they come, then those without a date in order of their articles.

    A report without a date can only be placed among acts that are known; as the first report of one it would draw in
    whatever was reported at any time. The service always knows at least when it fetched an article.
    """
    undated: list[tuple[str, Detection]] = []
    for article_id, detections in detections_by_article:
        for detection in map(_unfetched, detections):
            if is_dated(detection):
                yield article_id, detection
            else:
                undated.append((article_id, detection))
    yield from sorted(undated, key=lambda held: (held[0], held[1].id))


def _unfetched(detection: Detection) -> Detection:
    article = detection.article.model_copy(update={"fetched_at": None})
    return detection.model_copy(update={"article": article})


def _add(  # noqa: PLR0913, PLR0917 - a record's parts
    record: dict[str, Any],
    article_id: str,
    detection: Detection,
    outcome: Outcome,
    now: datetime,
    subscription: Subscription | None,
) -> None:
    if article_id not in record["articles"]:
        record["articles"].append(article_id)
    record["history"].append(
        {
            "at": reported_at(detection, now).isoformat(),
            "article": article_id,
            "dated": is_dated(detection),
            "stage": detection.stage.value,
            "confidence": detection.confidence,
            "because": list(outcome.decision.because),
        }
    )
    record["alerts"].extend(_alerts(outcome.alert, subscription))


def _alerts(alert: Alert | None, subscription: Subscription | None) -> Iterator[dict[str, Any]]:
    if alert is None:
        return
    because: list[str] = []
    if subscription is not None:
        matched = match(alert, subscription)
        if not isinstance(matched, Matched):
            return
        because = list(matched.because)
    yield {
        "id": alert.id,
        "at": alert.created_at.isoformat(),
        "type": alert.type.value,
        "version": alert.version,
        "headline": alert.headline,
        "severity": alert.severity.value,
        "changes": [change.model_dump(mode="json") for change in alert.changes],
        "because": because,
    }


def _facts(measure: KnownMeasure, now: datetime) -> dict[str, Any]:
    lived = [{"stage": stone.stage.value, "at": stone.at.isoformat()} for stone in measure.milestones]
    names = ("id", "kind", "stage", "issuers", "targets", "entities", "commodities", "instrument", "effective_on")
    told = public(measure, now.date()).model_dump(mode="json", include={"state", "relations", "confidence"})
    told["milestones"] = lived
    return (
        measure.model_dump(mode="json", include=set(names))
        | {"confidence": measure.confidence}
        | told
        | {"milestones": lived}
    )
