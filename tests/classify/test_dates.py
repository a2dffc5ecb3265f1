"""Days on which acts take effect, in the formats of many languages."""

from datetime import UTC, date, datetime

import pytest

from services.classify.dates import dates_in
from services.classify.marks import Mark
from services.classify.reader import read
from tests.classify.conftest import Make

PUBLISHED = date(2026, 11, 20)


def days(text: str, month: str = "", tag: str = "date.month", value: str = "") -> list[date]:
    """Return the dates in a text, one month's name marked in it."""
    at = text.find(month) if month else -1
    marks = [Mark(at, at + len(month), tag, value)] if at >= 0 else []
    return [day for day, _, _ in dates_in(text, marks, 0, PUBLISHED)]


@pytest.mark.parametrize(
    ("text", "month", "value", "day"),
    [
        ("effective 2026-12-01", "", "", date(2026, 12, 1)),
        ("ab 01.12.2026", "", "", date(2026, 12, 1)),
        ("自2026年12月1日起施行", "", "", date(2026, 12, 1)),
        ("12月1日から施行する", "", "", date(2026, 12, 1)),
        ("12월 1일부터", "", "", date(2026, 12, 1)),
        ("फ़ैसला 2026-12-01 से लागू", "", "", date(2026, 12, 1)),
        ("from 1 December 2026", "December", "12", date(2026, 12, 1)),
        ("from December 1, 2026", "December", "12", date(2026, 12, 1)),
        ("from December 1", "December", "12", date(2026, 12, 1)),
        ("a partir del 1 de diciembre de 2026", "diciembre", "12", date(2026, 12, 1)),
        ("on 3 January", "January", "1", date(2027, 1, 3)),
        ("الأول 1 ديسمبر 2026", "ديسمبر", "12", date(2026, 12, 1)),
    ],
)
def test_a_date_is_read(text: str, month: str, value: str, day: date) -> None:
    """A day and a month give a date; the year may be left out."""
    assert days(text, month, value=value) == [day]


def test_the_solar_calendar() -> None:
    """۳۰ آبان ۱۴۰۵ is 21 November 2026, with the year and without it."""
    assert days("۳۰ آبان ۱۴۰۵", "آبان", "date.jalali", "8") == [date(2026, 11, 21)]
    assert days("از ۳۰ آبان", "آبان", "date.jalali", "8") == [date(2026, 11, 21)]


def test_a_day_that_the_solar_month_lacks() -> None:
    """Mehr, the seventh month, has thirty days."""
    assert days("۳۱ مهر ۱۴۰۵", "مهر", "date.jalali", "7") == []


def test_a_date_is_quoted_where_it_stands() -> None:
    """Letters that fold to two do not shift the place of the words that say the day."""
    text = "फ़ैसला 2026-12-01 से लागू"
    ((_, start, end),) = dates_in(text, [], 0, PUBLISHED)
    assert text[start:end] == "2026-12-01"


@pytest.mark.parametrize("text", ["31.02.2026", "2026-13-40", "the year 2026", ""])
def test_what_is_no_date_gives_none(text: str) -> None:
    """Impossible days are left alone."""
    assert days(text) == []


def test_an_act_with_the_day_it_takes_effect(article: Make) -> None:
    """The day stands in the detection, with the words that say it."""
    news = article(
        "India bans sugar exports",
        "India on Monday banned exports of sugar; the ban takes effect on 1 April 2026, the commerce ministry said.",
        published=datetime(2026, 3, 2, tzinfo=UTC),
    )
    (found,) = read(news)
    assert found.effective_on == date(2026, 4, 1)
    assert next(e.quote for e in found.evidence if e.claim == "effective_on") == "1 April 2026"
