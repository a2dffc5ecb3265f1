"""Measures: find those a report may belong to, keep what it made of them."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.detection import Detection, Kind
from services.alert.headline import headline
from services.alert.known import KnownMeasure
from services.alert.lookup import NEAREST_KEPT, before, far, follows, keys_for, keys_of, near, related_keys
from services.alert.moments import phase
from services.alert.store.statements import insert_new, upsert
from services.alert.tables import measure_keys, measures

REMEMBERED = 5_000
"""Measures kept in memory, at a few kilobytes each."""


class MeasureStore:
    """Finds and keeps measures, and remembers those it has read.

    A remembered measure is used only while the row still has its stamp, so any number of copies share the table.
    """

    def __init__(self) -> None:
        self._remembered: OrderedDict[str, tuple[str, KnownMeasure]] = OrderedDict()

    async def candidates(self, connection: AsyncConnection, detection: Detection, at: datetime) -> list[KnownMeasure]:
        """Return the measures that a report of this time may belong to, by index; the nearest on both sides of it."""
        return await self._read(connection, _near(), _values(detection, at))

    async def related(self, connection: AsyncConnection, detection: Detection, at: datetime) -> list[KnownMeasure]:
        """Return the measures of any kind that a new act of this time may follow, by index."""
        issuers, hit = related_keys(detection)
        earliest, latest = before(at)
        values = {"issuers": sorted(issuers), "hit": sorted(hit), "earliest": earliest, "latest": latest}
        return await self._read(connection, _related(), values)

    async def _read(
        self, connection: AsyncConnection, statement: Select[Any], values: dict[str, Any]
    ) -> list[KnownMeasure]:
        """Return the measures that a statement finds; only those that are not remembered are read."""
        found = {row.id: row.stamp for row in await connection.execute(statement, values)}
        fresh = {id_ for id_, stamp in found.items() if self._remembered.get(id_, ("",))[0] == stamp}
        if unknown := sorted(found.keys() - fresh):
            for row in (await connection.execute(select(measures).where(measures.c.id.in_(unknown)))).mappings():
                self._remember(row["stamp"], known(row))
        result = [self._remembered[id_][1] for id_ in sorted(found)]
        self._forget_the_oldest()
        return result

    async def save(self, connection: AsyncConnection, measure: KnownMeasure, now: datetime) -> None:
        """Keep a measure and the keys under which it is found; keys are only ever added."""
        _, former = self._remembered.get(measure.id, ("", None))
        stamp = uuid.uuid4().hex
        await upsert(connection, measures, [_row(measure) | {"updated_at": now, "stamp": stamp}])
        known_keys = {tuple(row.values()) for row in _keys(former)} if former else set()
        await insert_new(
            connection, measure_keys, [row for row in _keys(measure) if tuple(row.values()) not in known_keys]
        )
        self._remember(stamp, measure)

    def forget(self) -> None:
        """Remember nothing: after a transaction that was rolled back."""
        self._remembered.clear()

    def _remember(self, stamp: str, measure: KnownMeasure) -> None:
        self._remembered[measure.id] = (stamp, measure)
        self._remembered.move_to_end(measure.id)

    def _forget_the_oldest(self) -> None:
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)


@cache
def _near() -> Select[Any]:
    """Select id and stamp of the measures that a report may belong to; built once, the values are bound each time."""
    keys = measure_keys.c
    found = (
        select(keys.measure_id)
        .where(keys.kind == bindparam("kind"), keys.key.in_(bindparam("keys", expanding=True)))
        .limit(NEAREST_KEPT)
    )
    at, early, late, earliest = (bindparam(name, type_=keys.at.type) for name in ("at", "early", "late", "earliest"))
    ways = (
        found.where(keys.at.between(early, at)).order_by(keys.at.desc()),
        found.where(keys.at > at, keys.at <= late).order_by(keys.at),
        found.where(keys.at >= earliest, keys.at < early, keys.phase < bindparam("phase")).order_by(keys.at.desc()),
    )
    # Each way is a table of its own: SQLite takes no LIMIT inside a UNION otherwise.
    ids = union(*(select(way.subquery().c.measure_id) for way in ways)).subquery()
    return select(measures.c.id, measures.c.stamp).where(measures.c.id.in_(select(ids.c.measure_id)))


@cache
def _related() -> Select[Any]:
    """Select id and stamp of the measures that a new act may follow."""
    keys = measure_keys.c
    earliest, latest = (bindparam(name, type_=keys.at.type) for name in ("earliest", "latest"))
    ways = (
        select(keys.measure_id)
        .where(keys.kind.in_([kind.value for kind in Kind]), keys.key.in_(bindparam(name, expanding=True)))
        .where(keys.at.between(earliest, latest))
        .order_by(keys.at.desc())
        .limit(NEAREST_KEPT)
        for name in ("issuers", "hit")
    )
    ids = union(*(select(way.subquery().c.measure_id) for way in ways)).subquery()
    return select(measures.c.id, measures.c.stamp).where(measures.c.id.in_(select(ids.c.measure_id)))


def _values(detection: Detection, at: datetime) -> dict[str, Any]:
    (early, late), (earliest, _) = near(at), far(at)
    return {
        "kind": detection.kind.value,
        "keys": sorted(keys_for(detection)),
        "phase": follows(detection.stage),
        "at": at,
        "early": early,
        "late": late,
        "earliest": earliest,
    }


def _keys(measure: KnownMeasure) -> list[dict[str, Any]]:
    return [
        {
            "kind": measure.kind.value,
            "key": key,
            "at": milestone.at,
            "measure_id": measure.id,
            "phase": phase(milestone.stage),
        }
        for key in sorted(keys_of(measure))
        for milestone in measure.milestones
    ]


async def load(connection: AsyncConnection, measure_id: str) -> KnownMeasure | None:
    """Return one measure, or None."""
    row = (await connection.execute(select(measures).where(measures.c.id == measure_id))).mappings().first()
    return known(row) if row else None


def known(row: Mapping[Any, Any]) -> KnownMeasure:
    """Return the measure that a row of the table keeps."""
    return KnownMeasure.model_validate(row)


def _row(measure: KnownMeasure) -> dict[str, Any]:
    row = measure.model_dump(mode="json")
    row["told"] = int(measure.told)
    row["headline"] = headline(measure)
    for name in ("effective_on", "first_reported_at", "last_reported_at"):
        row[name] = getattr(measure, name)
    return row
