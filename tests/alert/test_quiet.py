"""Quiet hours by the clock on the wall, also where it jumps."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.alert import Severity
from services.alert.objects import QuietHours, Subscription
from services.alert.quiet import held_until, quiet_until

ZONES = ("Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")


def quiet(start: str, end: str, zone: str = "Europe/Berlin", **more: Any) -> QuietHours:
    """Make quiet hours as they are written in YAML."""
    return QuietHours.model_validate({"from": start, "to": end, "timezone": zone, **more})


def asking(name: str, **lines: Any) -> Subscription:
    """Make a subscription."""
    return Subscription.model_validate({"id": name, "destinations": ["desk"], **lines})


@pytest.mark.parametrize(
    ("hours", "now", "until"),
    [
        (("22:00", "07:00"), "2026-11-24T21:30+01:00", None),
        (("22:00", "07:00"), "2026-11-24T22:00+01:00", "2026-11-25T07:00+01:00"),
        (("22:00", "07:00"), "2026-11-25T06:59+01:00", "2026-11-25T07:00+01:00"),
        (("22:00", "07:00"), "2026-11-25T07:00+01:00", None),
        (("12:00", "13:00"), "2026-11-25T12:20+01:00", "2026-11-25T13:00+01:00"),
        (("12:00", "13:00"), "2026-11-25T23:20+01:00", None),
        (("22:00", "00:00"), "2026-11-25T23:20+01:00", "2026-11-26T00:00+01:00"),
        # 2026-03-29, Berlin: 02:00 becomes 03:00. The end that does not exist is the jump.
        (("22:00", "02:30"), "2026-03-28T23:00+01:00", "2026-03-29T03:00+02:00"),
        (("22:00", "07:00"), "2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),
        # 2026-10-25, Berlin: 03:00 becomes 02:00. The hour comes twice and is quiet twice.
        (("22:00", "02:30"), "2026-10-24T23:00+02:00", "2026-10-25T02:30+02:00"),
        (("22:00", "02:30"), "2026-10-25T02:45+02:00", None),
        (("22:00", "02:30"), "2026-10-25T02:10+01:00", "2026-10-25T02:30+01:00"),
    ],
)
def test_the_end_of_quiet_hours(hours: tuple[str, str], now: str, until: str | None) -> None:
    """Over midnight, at noon, and at both changes of the clock."""
    found = quiet_until(quiet(*hours), datetime.fromisoformat(now).astimezone(UTC))
    assert found == (datetime.fromisoformat(until) if until else None)


@given(
    st.integers(0, 2 * 366 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.times(),
    st.times(),
    st.sampled_from(ZONES),
)
def test_what_is_held_leaves_when_nobody_is_asleep(now: datetime, start: Any, end: Any, zone: str) -> None:
    """In any zone: the end lies ahead, within a day and a bit, is not quiet itself, and everything before it is."""
    if start == end:
        return
    hours = quiet(start.isoformat(), end.isoformat(), zone)
    until = quiet_until(hours, now)
    wall = now.astimezone(ZoneInfo(zone)).time()
    asleep = start <= wall < end if start < end else wall >= start or wall < end
    assert (until is not None) == asleep
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert quiet_until(hours, until) is None
        assert quiet_until(hours, now + (until - now) / 2) is not None


def test_the_first_subscription_that_is_awake_lets_it_go() -> None:
    """Two that lead to one destination share a message; a severity may be excepted."""
    night = {"from": "22:00", "to": "07:00", "timezone": "Europe/Berlin"}
    now = datetime.fromisoformat("2026-11-24T23:00+01:00")
    team, desk = asking("team", quiet_hours=night), asking("desk", quiet_hours={**night, "to": "06:00"})
    assert held_until([team, desk], Severity.HIGH, now) == (
        datetime.fromisoformat("2026-11-25T06:00+01:00"),
        "quiet hours of desk until 06:00 (Europe/Berlin)",
    )
    assert held_until([team, asking("open")], Severity.HIGH, now) is None
    urgent = asking("urgent", quiet_hours={**night, "except_severity": "high"})
    assert held_until([urgent], Severity.HIGH, now) is None
    assert held_until([urgent], Severity.CRITICAL, now) is None
    assert held_until([urgent], Severity.MEDIUM, now) is not None


@pytest.mark.parametrize(
    ("hours", "complaint"),
    [
        ({"from": "22:00", "to": "22:00"}, "same time"),
        ({"from": "22:00+01:00", "to": "07:00"}, "without an offset"),
        ({"from": "22:00", "to": "07:00", "timezone": "Berlin"}, "unknown time zone"),
    ],
)
def test_what_cannot_be_meant_is_refused(hours: dict[str, str], complaint: str) -> None:
    """One line that says what to write."""
    with pytest.raises(ValidationError, match=complaint):
        asking("team", quiet_hours=hours)
