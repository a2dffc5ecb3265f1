"""Measures: find those a report may belong to, keep what it made of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.detection import Detection
from services.alert.headline import headline
from services.alert.known import KnownMeasure
from services.alert.lookup import NEAREST_KEPT, far, keys_for, keys_of, near
from services.alert.moments import phase
from services.alert.store.statements import insert_new, upsert
from services.alert.tables import measure_keys, measures


async def candidates(connection: AsyncConnection, detection: Detection, at: datetime) -> list[KnownMeasure]:
    """Return the measures that a report of this time may belong to, by index; the nearest on both sides of it."""
    keys = measure_keys.c
    found = (
        select(keys.measure_id)
        .where(keys.kind == detection.kind.value, keys.key.in_(sorted(keys_for(detection))))
        .limit(NEAREST_KEPT)
    )
    (early, late), (earliest, before) = near(at), far(at)
    ids: set[str] = set()
    for statement in (
        found.where(keys.at.between(early, at)).order_by(keys.at.desc()),
        found.where(keys.at > at, keys.at <= late).order_by(keys.at),
        found.where(keys.at >= earliest, keys.at < before, keys.phase < phase(detection.stage)).order_by(
            keys.at.desc()
        ),
    ):
        ids.update(await connection.scalars(statement))
    return await _load(connection, select(measures).where(measures.c.id.in_(sorted(ids)))) if ids else []


async def load(connection: AsyncConnection, measure_id: str) -> KnownMeasure | None:
    """Return one measure, or None."""
    found = await _load(connection, select(measures).where(measures.c.id == measure_id))
    return found[0] if found else None


async def save(connection: AsyncConnection, measure: KnownMeasure, now: datetime) -> None:
    """Keep a measure and the keys under which it is found; keys are only ever added."""
    await upsert(connection, measures, [_row(measure) | {"updated_at": now}])
    keys: Sequence[dict[str, Any]] = [
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
    await insert_new(connection, measure_keys, keys)


def known(row: Mapping[str, Any]) -> KnownMeasure:
    """Return the measure that a row of the table keeps."""
    return KnownMeasure.model_validate(row)


async def _load(connection: AsyncConnection, statement: Select[Any]) -> list[KnownMeasure]:
    return [known(row) for row in (await connection.execute(statement)).mappings()]


def _row(measure: KnownMeasure) -> dict[str, Any]:
    row = measure.model_dump(mode="json")
    row["told"] = int(measure.told)
    row["headline"] = headline(measure)
    for name in ("effective_on", "first_reported_at", "last_reported_at"):
        row[name] = getattr(measure, name)
    return row
