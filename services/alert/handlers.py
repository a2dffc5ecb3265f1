"""A batch of detections in; reports, measures, alerts and deliveries out, in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.detection import Detection
from services.alert import metrics
from services.alert.correlation import Opened, correlate
from services.alert.moments import reported_at
from services.alert.pipeline import Outcome, follow
from services.alert.routing import route
from services.alert.store import outgoing, reports
from services.alert.store.measures import MeasureStore
from services.alert.store.objects import all_subscriptions
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.logs import bind_ids, get_logger
from services.runtime.records import Received

log = get_logger("alert")


@dataclass(frozen=True)
class Taken:
    """A detection, what became of it, its trace, and when."""

    detection: Detection
    outcome: Outcome
    traceparent: str | None
    at: datetime


@dataclass(frozen=True)
class DetectionsHandler:
    """Handles `chokepoint.detections.v1`; reading a batch twice changes nothing.

    Each of `wake` is set once something has to leave.
    """

    db: Database
    clock: Clock
    wake: Sequence[asyncio.Event] = ()
    measures: MeasureStore = field(default_factory=MeasureStore)

    async def __call__(self, batch: Sequence[Received[Detection]]) -> None:
        """Take every detection that is new; on return all of it is durable."""
        try:
            async with self.db.write() as connection:
                taken = await self._take_new(connection, batch)
        except BaseException:
            self.measures.forget()  # it remembers what was never committed
            raise
        for one in taken:
            _record(one.detection, one.outcome)
        if any(one.outcome.alert for one in taken):
            for event in self.wake:
                event.set()

    async def _take_new(self, connection: AsyncConnection, batch: Sequence[Received[Detection]]) -> list[Taken]:
        await _lock_kinds(connection, {received.message.kind.value for received in batch})
        seen = await reports.already_read(connection, {received.message.id for received in batch})
        taken: list[Taken] = []
        for received in batch:
            if received.message.id not in seen:
                seen.add(received.message.id)
                taken.append(await self._take(connection, received))
        await reports.keep(connection, [(one.detection, one.outcome, one.at) for one in taken])
        await _tell(connection, taken)
        return taken

    async def _take(self, connection: AsyncConnection, received: Received[Detection]) -> Taken:
        """Let one detection change what is known; the next of its batch must find that, so it is written at once."""
        detection, now = received.message, self.clock()
        at = reported_at(detection, now)
        near = await self.measures.candidates(connection, detection, at)
        decision = correlate(detection, near, now)
        related = await self.measures.related(connection, detection, at) if isinstance(decision, Opened) else []
        outcome = follow(decision, detection, near, related, now)
        if outcome.measure:
            await self.measures.save(connection, outcome.measure, now)
        return Taken(detection, outcome, received.traceparent, now)


async def _tell(connection: AsyncConnection, taken: Sequence[Taken]) -> None:
    """Keep the alerts of a batch, and queue a delivery for each destination that a subscription leads to."""
    told = [(one.outcome.alert, one) for one in taken if one.outcome.alert]
    if not told:
        return
    subscriptions, blocked = await all_subscriptions(connection), await outgoing.sendable(connection)
    await outgoing.add_alerts(connection, [(alert, one.traceparent) for alert, one in told])
    due = [
        outgoing.Due(alert, found, one.traceparent, one.at)
        for alert, one in told
        for found in route(alert, subscriptions)
    ]
    await outgoing.add_deliveries(connection, due, blocked)


async def _lock_kinds(connection: AsyncConnection, kinds: set[str]) -> None:
    """Let one copy at a time merge a kind, so that two cannot open one measure twice; SQLite has one writer anyway.

    The lock is taken before anything is read and ends with the transaction. In order, so that two copies cannot wait
    for each other.
    """
    if connection.dialect.name == "postgresql":
        for kind in sorted(kinds):
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"alert/{kind}"})


def _record(detection: Detection, outcome: Outcome) -> None:
    decision = reports.decision_name(outcome)
    metrics.detections.labels(detection.kind.value, decision).inc()
    measure_id = outcome.measure.id if outcome.measure else None
    with bind_ids(article_id=detection.article.id, measure_id=measure_id):
        log.info(
            "detection.taken", decision=decision, detection_id=detection.id, because=list(outcome.decision.because)[:3]
        )
        if outcome.alert:
            alert = outcome.alert
            metrics.alerts.labels(detection.kind.value, alert.type.value).inc()
            log.info("alert.made", alert_id=alert.id, type=alert.type.value, severity=alert.severity.value)
