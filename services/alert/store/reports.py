"""Reports: one row for each detection ever read, the inbox and the history in one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.detection import Detection
from services.alert.correlation import Ignored, Merged
from services.alert.moments import reported_at
from services.alert.pipeline import Outcome
from services.alert.store.statements import insert_new
from services.alert.tables import reports

_AT_ONCE = 500  # SQLite takes at most 32,766 values in one statement, older builds 999


async def already_read(connection: AsyncConnection, detection_ids: Iterable[str]) -> set[str]:
    """Return which of these detections have been read before."""
    ids = list(detection_ids)
    seen: set[str] = set()
    for start in range(0, len(ids), _AT_ONCE):
        statement = select(reports.c.detection_id).where(reports.c.detection_id.in_(ids[start : start + _AT_ONCE]))
        seen.update(await connection.scalars(statement))
    return seen


async def keep(connection: AsyncConnection, taken: Iterable[tuple[Detection, Outcome, datetime]]) -> None:
    """Keep detections with what became of each, why and when; its key makes a second keeping harmless."""
    await insert_new(connection, reports, [_row(detection, outcome, at) for detection, outcome, at in taken])


def _row(detection: Detection, outcome: Outcome, at: datetime) -> dict[str, Any]:
    article = detection.article
    return {
        "detection_id": detection.id,
        "measure_id": outcome.measure.id if outcome.measure else None,
        "article_id": article.id,
        "source_id": article.source.id,
        "language": article.language,
        "reported_at": reported_at(detection, at),
        "received_at": at,
        "decision": decision_name(outcome),
        "reasons": list(outcome.decision.because),
        "detection": detection.model_dump(mode="json"),
    }


def decision_name(outcome: Outcome) -> str:
    """Return `opened`, `merged` or `ignored`."""
    if isinstance(outcome.decision, Ignored):
        return "ignored"
    return "merged" if isinstance(outcome.decision, Merged) else "opened"
