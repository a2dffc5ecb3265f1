"""When something was published, as sources write it."""

from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TOLERANCE = timedelta(minutes=5)


def read_date(text: str) -> datetime | None:
    """Read ISO 8601 (a day alone is its midnight in UTC) or RFC 5322; None where it is neither.

    A time without a zone is read as UTC.
    """
    for read in (datetime.fromisoformat, _day, parsedate_to_datetime):
        try:
            found = read(text.strip())
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError, TypeError):
            continue
    return None


def _day(text: str) -> datetime:
    day = date.fromisoformat(text[:10].replace("/", "-"))
    if len(text) > len("2026-01-31"):
        raise ValueError("more than a day")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def plausible(published_at: datetime | None, fetched_at: datetime) -> tuple[datetime | None, str | None]:
    """Return the date to keep and what was wrong with it.

    A date ahead of the fetch is the fetch's own (clocks and embargoes run ahead); one before 1990 is no news at all.
    """
    if published_at is None:
        return None, None
    if published_at > fetched_at:
        early = published_at - fetched_at > _TOLERANCE
        return fetched_at, "in the future" if early else None
    if published_at < _EARLIEST:
        return None, "before 1990"
    return published_at, None
