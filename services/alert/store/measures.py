"""Measures: find those a report may belong to, keep what it made of them."""

import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.detection import Detection
from services.alert.headline import headline
from services.alert.known import KnownMeasure
from services.alert.lookup import Search, Side, keys_of, searches_for, searches_for_related
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
        return await self._find(connection, searches_for(detection, at))

    async def related(self, connection: AsyncConnection, detection: Detection, at: datetime) -> list[KnownMeasure]:
        """Return the measures of any kind that a new act of this time may follow, by index."""
        return await self._find(connection, searches_for_related(detection, at))

    async def _find(self, connection: AsyncConnection, searches: Sequence[Search]) -> list[KnownMeasure]:
        """Return the measures that these searches find; only those that are not remembered are read."""
        if not searches:
            return []
        statement = _searching(tuple((search.side, search.phase is not None) for search in searches))
        found = {row.id: row.stamp for row in await connection.execute(statement, _values(searches))}
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
def _searching(shapes: tuple[tuple[Side, bool], ...]) -> TextClause:
    """Return the statement for so many searches, each a short walk along one index; the values are bound each time.

    Text, since the parts of many small statements take longer to put together than to run. SQLite takes no LIMIT
    inside a UNION, but in a table of its own.
    """
    parts = []
    for number, (side, by_phase) in enumerate(shapes):
        order = "DESC" if side == "before" else "ASC"
        phase_ = f"AND phase = :phase{number} " if by_phase else ""
        parts.append(
            f"SELECT measure_id FROM (SELECT measure_id FROM measure_keys WHERE kind = :kind{number} "  # noqa: S608 - numbers alone
            f"AND key = :key{number} {phase_}AND at BETWEEN :earliest{number} AND :latest{number} "
            f"ORDER BY at {order}, measure_id {order} LIMIT :limit{number}) AS found{number}"
        )
    statement = text(f"SELECT id, stamp FROM measures WHERE id IN ({' UNION '.join(parts)})")  # noqa: S608 - as above
    moment = measure_keys.c.at.type
    times = [f"{name}{number}" for number in range(len(shapes)) for name in ("earliest", "latest")]
    return statement.bindparams(*(bindparam(name, type_=moment) for name in times))


def _values(searches: Sequence[Search]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, search in enumerate(searches):
        named: dict[str, Any] = {"kind": search.kind.value, "key": search.key, "limit": search.limit}
        named |= {"earliest": search.earliest, "latest": search.latest}
        if search.phase is not None:
            named["phase"] = search.phase
        values |= {f"{name}{number}": value for name, value in named.items()}
    return values


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
