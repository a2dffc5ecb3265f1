"""Quiet hours: until when an alert is held (pure)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.alert import Severity
from services.alert.objects import QuietHours, Subscription


def held_until(subscriptions: Iterable[Subscription], severity: Severity, now: datetime) -> tuple[datetime, str] | None:
    """Return until when these subscriptions hold an alert and the reason, or None where one of them lets it go now.

    Several that lead to one destination share one message: it leaves with the first that is not quiet.
    """
    held = []
    for subscription in subscriptions:
        until = _until(subscription.quiet_hours, severity, now)
        if until is None:
            return None
        held.append((until, f"quiet hours of {subscription.id} until {_written(subscription.quiet_hours)}"))
    return min(held, default=None)


def _written(quiet: QuietHours | None) -> str:
    return f"{quiet.to:%H:%M} ({quiet.timezone})" if quiet else ""


def _until(quiet: QuietHours | None, severity: Severity, now: datetime) -> datetime | None:
    if quiet is None:
        return None
    if quiet.except_severity is not None and severity.rank >= Severity(quiet.except_severity).rank:
        return None
    return quiet_until(quiet, now)


def quiet_until(quiet: QuietHours, now: datetime) -> datetime | None:
    """Return the first moment, in UTC, at which these quiet hours no longer hold, or None where they do not hold now.

    They are hours of the clock on the wall. Where it is put forward over their end, they end with the jump; where it
    is put back, an hour that comes twice is quiet twice, and what was held leaves at its first end.
    """
    zone = ZoneInfo(quiet.timezone)
    local = now.astimezone(zone)
    if not _holds(quiet, local):
        return None
    days = 1 if quiet.to <= quiet.from_ and local.time() >= quiet.from_ else 0
    end = datetime.combine(local.date() + timedelta(days=days), quiet.to)
    until = min(moment for moment in (_utc(end, zone, fold) for fold in (0, 1)) if moment > now)
    while _holds(quiet, until.astimezone(zone)):  # the end is a time that the clock skipped: the jump is near
        until += timedelta(minutes=1)
    return until


def _holds(quiet: QuietHours, local: datetime) -> bool:
    wall = local.time()
    if quiet.to <= quiet.from_:
        return wall >= quiet.from_ or wall < quiet.to
    return quiet.from_ <= wall < quiet.to


def _utc(wall: datetime, zone: ZoneInfo, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
