"""When an act takes effect: dates as the seventeen languages write them, from the sentence that tells it.

Numbers are read by their shape (2026-03-15, 15.03.2026, 2026年3月15日, 3월 15일), months by the names of the language
file, the solar Hijri calendar by arithmetic. A date without a year is the one nearest to the day of publication.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from services.classify.marks import Mark
from services.classify.normalise import Folded

OLD_DAYS = 366
NEAR_CHARS = 60
"""How far a date may stand from the word of taking effect."""
DAY_CHARS = 12
YEAR_CHARS = 24
"""How far before a month its day and how far after it the year are looked for."""
MONTHS = ("date.month", "date.jalali")
_ISO = re.compile(r"(?<!\d)(20\d\d)[ ./](\d{1,2})[ ./](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](20\d\d)(?!\d)")
_EAST = re.compile(r"(?:(20\d\d)\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|ª|°)?\.?\s*(?:de|of|del|-|ता|तारीख)?\s*$")
_DAY_AFTER = re.compile(r"^\.?\s*(\d{1,2})(?:st|nd|rd|th)?(?!\d)")
_YEAR_AFTER = re.compile(r"^[\s,.]*(?:\d{1,2}(?:st|nd|rd|th)?)?[\s,.]*(?:de|del|of|năm)?\s*(1[34]\d\d|20\d\d)(?!\d)")
_JALALI_EPOCH = date(622, 3, 21)
_JALALI_DAYS = (31,) * 6 + (30,) * 6
"""Of each month; that the last has 29 in a common year is left to the writers of news."""


Dated = tuple[date, int, int]
"""A date and where it stands in the sentence."""


def dates_in(text: str, months: list[Mark], start: int, published: date) -> Iterator[Dated]:
    """Give each date in a sentence; `months` are its marks of months, which count from `start`."""
    yield from _by_shape(Folded(text), published)
    for mark in months:
        found = _around(text, mark, start, published)
        if found:
            yield found


def _by_shape(page: Folded, published: date) -> Iterator[Dated]:
    for pattern, order in ((_ISO, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1)), (_EAST, (1, 2, 3))):
        for match in pattern.finditer(page.text):
            year, month, day = (int(match[i]) if match[i] else 0 for i in order)
            found = _date(year, month, day, published)
            if found:
                yield found, *page.original_span(*match.span())


def _around(text: str, mark: Mark, start: int, published: date) -> Dated | None:
    """Read the day before or after a month's name and the year after it."""
    first, last = mark.start - start, mark.end - start
    left, right = Folded(text[max(first - DAY_CHARS, 0) : first]), Folded(text[last : last + YEAR_CHARS])
    before, after = _DAY.search(left.text), _DAY_AFTER.match(right.text)
    day = before or after
    if day is None:
        return None
    year = _YEAR_AFTER.match(right.text)
    number, month = int(year[1]) if year else 0, int(mark.value)
    if mark.tag == "date.jalali":
        found = _jalali(number or _jalali_year(published, month), month, int(day[1]))
    else:
        found = _date(number, month, int(day[1]), published)
    begin = first - len(left.original) + left.original_span(before.start(), before.end())[0] if before else first
    told = year or (None if before else after)
    end = last + right.original_span(0, told.end())[1] if told else last
    return (found, begin, end) if found else None


def _date(year: int, month: int, day: int, published: date) -> date | None:
    """Return the date; without a year (0) the one nearest to the day of publication."""
    years = [year] if year else [published.year - 1, published.year, published.year + 1]
    found = [one for y in years if (one := _valid(y, month, day))]
    return min(found, key=lambda one: abs(one - published), default=None)


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _jalali(year: int, month: int, day: int) -> date | None:
    """Return the Gregorian date of a solar Hijri one (the 33-year arithmetic of its leap years)."""
    if not 1 <= day <= _JALALI_DAYS[month - 1]:
        return None
    elapsed = year - 1
    days = 365 * elapsed + (8 * elapsed + 29) // 33
    days += (month - 1) * 31 - max(month - 7, 0) + day - 1
    return _JALALI_EPOCH + timedelta(days=days)


def _jalali_year(published: date, month: int) -> int:
    """Return the solar Hijri year whose month of this number is nearest to the day of publication."""
    years = [published.year - 622, published.year - 621]
    return min(years, key=lambda year: abs((_jalali(year, month, 15) or published) - published))


def effective_on(sentences: list[tuple[str, int, tuple[Mark, ...]]], published: date) -> tuple[date, int, int] | None:
    """Return the day an act takes effect, and where in the story that is said: text, start and marks of each sentence.

    The date nearest to a word of taking effect counts; one that lies more than a year before the report is another's.
    """
    found = [
        (abs(start + first - mark.start), day, start + first, start + last)
        for text, start, marks in sentences
        for mark in marks
        if mark.tag in ("op.effect", "date.future")
        for day, first, last in dates_in(text, [m for m in marks if m.tag in MONTHS], start, published)
        if (published - day).days < OLD_DAYS
    ]
    best = min(found, default=None)
    return best[1:] if best and best[0] <= NEAR_CHARS else None
