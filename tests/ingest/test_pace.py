"""How often a source is asked: pure, on a clock set by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.pace import after_poll, ceiling, held, is_usual
from services.ingest.spec import SourceSpec, read_spec

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def spec(**fields: object) -> SourceSpec:
    """Make a feed that is asked every ten minutes at most."""
    return read_spec({"id": "s", "url": "https://a.example/feed", "every": "10m", **fields})


@pytest.mark.parametrize(
    ("fields", "minutes"),
    [
        ({}, 40),
        ({"kind": "official"}, 20),
        ({"slowest": "2h"}, 120),
        ({"kind": "official", "slowest": "10m"}, 10),
        ({"every": "3h"}, 360),
        ({"every": "1d"}, 1440),
        ({"every": "1h", "slowest": "10m"}, 60),
    ],
)
def test_the_ceiling(fields: dict[str, object], minutes: int) -> None:
    """Four times the interval, twice for an official source, as the document says; six hours are enough; never less."""
    assert ceiling(spec(**fields)) == timedelta(minutes=minutes)


def test_a_source_that_brings_nothing_is_asked_less_and_news_bring_it_back() -> None:
    """Without news the interval grows by a quarter up to its ceiling, and halves with each news down to its floor."""
    at, minutes = timedelta(minutes=10), []
    for had_new in [False] * 8 + [True] * 3:
        at = after_poll(spec(), at, had_new=had_new, arrivals=(), now=NOW)
        minutes.append(at.total_seconds() / 60)
    assert minutes[0] == 12.5
    assert minutes[7:] == [40, 20, 10, 10]


def test_when_news_usually_come_it_is_asked_often() -> None:
    """A gazette of working days at nine is asked at its floor around nine on a working day, not on a Sunday."""
    mornings = [datetime(2026, 11, day, 9, 0, tzinfo=UTC) for day in (18, 19, 20, 23)]
    slow = timedelta(minutes=40)

    def pace_at(day: int, hour: int, minute: int = 0) -> float:
        now = datetime(2026, 11, day, hour, minute, tzinfo=UTC)
        return after_poll(spec(), slow, had_new=False, arrivals=mornings, now=now).total_seconds() / 60

    assert [pace_at(24, 9), pace_at(24, 8, 30), pace_at(24, 8, 10), pace_at(24, 14)] == [10, 10, 40, 40]
    assert pace_at(22, 9) == 40
    assert not is_usual(mornings[:1], mornings[0])


@given(st.floats(0, 1e7), st.booleans())
def test_an_interval_is_always_within_its_bounds(seconds: float, had_new: bool) -> None:
    """Whatever was kept and whatever happens, the interval lies between floor and ceiling."""
    kept = held(spec(), seconds)
    after = after_poll(spec(), kept, had_new=had_new, arrivals=(), now=NOW)
    assert all(timedelta(minutes=10) <= one <= timedelta(minutes=40) for one in (kept, after))


def test_a_changed_document_counts_at_once() -> None:
    """An interval that was kept does not outlast the document that allowed it."""
    assert held(spec(every="1h"), 600) == timedelta(hours=1)
    assert held(spec(), None) == timedelta(minutes=10)
