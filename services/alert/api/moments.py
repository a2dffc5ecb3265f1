"""Times as people and programs write them in an address: a date, a time, or an age such as `90d`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query

from services.runtime.security import Problem

_AGE = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Since = Annotated[str, Query(description="a time (`2026-11-24T06:00:00Z`), or an age (`12h`, `90d`)")]


def moment(text: str, now: datetime) -> datetime:
    """Return the time that is meant. Raises Problem (422)."""
    try:
        if age := _AGE.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        at = datetime.fromisoformat(text.strip().replace(" ", "+"))  # a `+` of an address often arrives as a space
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        what = f"since: {text[:60]!r} is no time"
        raise Problem(422, "Not a time", f"{what}; write 2026-11-24T06:00:00Z, or an age: 12h, 90d") from None
