"""Names that stand in the text itself: an instrument's number, and the companies and ships that a list names."""

# ruff: noqa: RUF001 - the forms of companies stand in their own letters
import re
from collections.abc import Iterator

from services.classify.marks import Mark

LONGEST_LIST_CHARS = 1_200
SHORTEST_NAME = 3
"""Initials are no name."""
MOST = 12
_NUMBER = re.compile(
    r"\s*(?:(?:no|nr|nº|n°|№|num|número|numéro|numero|nomor|số|第|رقم|شماره|संख्या)[.\s:]*)?\s*"
    r"\d{1,6}(?:[/.\-]\d{1,6}){0,3}(?:/\w{1,4})?(?:\s?(?:of|de|of the year|لسنة|لعام|года|року)\s?\d{4}|号|號|호)?",
    re.IGNORECASE,
)
_LEGAL = (
    r"Inc|Ltd|LLC|LLP|PLC|Corp|Corporation|Company|Co|GmbH|AG|SE|SA|S\.A|SpA|S\.p\.A|BV|NV|AB|ASA|Oyj|Pte|Pty|JSC|PJSC|"
    r"OOO|ООО|ОАО|ПАО|АО|ТОВ|Tbk|Bhd|A\.Ş|Ltda|S\.A\.S"
)
_WORD = r"[A-ZÀ-ÞА-ЯІЇЄҐ][\w&'’-]*"
_WITH_FORM = re.compile(rf"(?:{_WORD}\s+){{0,4}}{_WORD},?\s+(?:{_LEGAL})\b\.?")
_FORM_FIRST = re.compile(rf"(?:ООО|ОАО|ПАО|АО|ТОВ|PT|JSC)\s+[«\"“]?{_WORD}(?:\s+{_WORD}){{0,3}}[»\"”]?")
_EASTERN = re.compile(
    r"[\u4e00-\u9fff\u30a0-\u30ffA-Za-z]{2,14}(?:有限公司|股份公司|株式会社|集团)|株式会社[\u4e00-\u9fff\u30a0-\u30ffA-Za-z]{2,12}"
)
_QUOTED = re.compile(r"[«“„「『\"]([^«»“”„「」『』\"\n]{2,50})[»”“」』\"]")
_NAME = re.compile(rf"{_WORD}(?:\s+{_WORD}){{0,3}}")


def instrument_span(text: str, mark: Mark) -> tuple[int, int]:
    """Return where an instrument is named, with the number that follows: `Announcement No. 61 of 2025`."""
    number = _NUMBER.match(text, mark.end)
    return mark.start, number.end() if number else mark.end


def named_entities(text: str, start: int, end: int, marks: tuple[Mark, ...]) -> Iterator[tuple[int, int]]:
    """Give where a sentence names companies by legal form, and ships and companies right after a word for them."""
    for pattern in (_WITH_FORM, _FORM_FIRST, _EASTERN):
        yield from (found.span() for found in pattern.finditer(text, start, min(end, start + LONGEST_LIST_CHARS)))
    for mark in marks:
        if mark.tag in ("entity.ship", "entity.company"):
            found = _after(text, mark.end, end)
            if found:
                yield found


def _after(text: str, place: int, end: int) -> tuple[int, int] | None:
    """Return the name right after a word such as tanker, bank or company: in quotes, or for its capitals."""
    while place < end and text[place] == " ":
        place += 1
    quoted = _QUOTED.match(text, place, end)
    if quoted:
        return quoted.span(1)
    name = _NAME.match(text, place, end)
    return name.span() if name and len(name[0]) >= SHORTEST_NAME else None
