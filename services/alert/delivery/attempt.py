"""One attempt through a channel, bounded, counted and logged."""

import asyncio
from datetime import datetime

from services.alert.channels.contract import Channel, Message, Outcome, OutcomeKind
from services.alert.channels.plain_text import one_line, shortened
from services.alert.delivery import metrics
from services.alert.delivery.claim import Claim
from services.alert.objects import Destination
from services.runtime.logs import get_logger

log = get_logger("alert.delivery")


async def attempt(channel: Channel, message: Message, destination: Destination, limit_seconds: float) -> Outcome:
    """Send once; whatever goes wrong is an outcome, so that one message never stops the others."""
    try:
        async with asyncio.timeout(limit_seconds):
            return await channel.send(message, destination)
    except TimeoutError:
        error = f"no result within {limit_seconds:g} s"
        return Outcome(OutcomeKind.UNKNOWN, latency_ms=int(limit_seconds * 1000), error=error)
    except Exception as error:
        log.exception("delivery.channel_failed", channel=destination.type)
        return Outcome(OutcomeKind.RETRY, error=shortened(one_line(f"{type(error).__name__}: {error}"), 300))


def note(claim: Claim, outcome: Outcome, now: datetime) -> None:
    """Count an attempt and say how it went."""
    channel, delivered = claim.destination.type, outcome.kind is OutcomeKind.DELIVERED
    metrics.attempts.labels(channel, outcome.kind.value).inc()
    metrics.attempt_seconds.labels(channel).observe(outcome.latency_ms / 1000)
    if delivered:
        metrics.delivered_seconds.labels(channel).observe(max((now - claim.created_at).total_seconds(), 0.0))
    (log.info if delivered else log.warning)(
        "delivery.attempted",
        outcome=outcome.kind.value,
        destination_id=claim.destination.id,
        channel=channel,
        attempt=claim.message.attempt,
        status_code=outcome.status_code,
        latency_ms=outcome.latency_ms,
        reason=outcome.error,
    )
