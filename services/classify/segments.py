"""A page cut into stories: its own, and each teaser that tells another one; menus, links and cookie text fall away."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.article import Article
from services.classify.frame import Frame
from services.classify.normalise import MAX_CHARS, strip_tags
from services.runtime.language import detect_language

TITLE_MAX_CHARS = 300
FIRST_LINE_MAX_CHARS = 220
LINES_ASKED = 6
"""Of how many lines the language of a story is told."""
TEASER_MIN_CHARS = 110
PROSE_MIN_CHARS = 60
"""A line from which on something has been told: a heading above it belongs to the menu."""
SWITCH_MIN_CHARS = 90
FIRST_EAST_ASIAN = "\u3040"
"""From here on the letters of Chinese, Japanese and Korean stand."""
_LINE = re.compile(r"[^\n]+")
SENTENCE_END = re.compile("[.!?\u3002\uff01\uff1f\u061f\u0964\u2026][\"'\u201d\u00bb)\\]\u300d]?\\s*$")


class Line(NamedTuple):
    """One line of the page; places count characters of the whole text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """One story on the page: its lines in order, the first one or two of which may be its title."""

    lines: tuple[Line, ...]
    language: str | None
    has_title: bool
    main: bool

    openers: tuple[int, ...] = ()
    """Where in its own text stands what let the page in, in order."""

    @property
    def text(self) -> str:
        """The story's own words."""
        return _text(self.lines)


Openers = Sequence[tuple[int, str]]
"""What let the page in, in order: where it stands and of which language it is."""


@dataclass(frozen=True, slots=True)
class Page:
    """An article laid out for reading: `whole` is title, newline, text, each character in its place."""

    article: Article
    whole: str
    shift: int
    """Where the text begins in `whole`."""


def lay_out(article: Article) -> Page:
    """Return the page of an article, its text cut at what is looked at and tags blanked out."""
    title = article.title.replace("\n", " ")
    return Page(article, strip_tags(f"{title}\n{article.text[:MAX_CHARS]}"), len(title) + 1)


def cut(page: Page, frame: Frame, openers: Openers, known: frozenset[str]) -> list[Story]:
    """Return the stories of a page.

    Only a line that holds what let the page in, and nothing of the story's language, is worth a look at its language.
    """
    hint = page.article.language
    lines = [Line(m.start(), m.end(), m[0]) for m in _LINE.finditer(page.whole) if m[0].strip()]
    if not lines:
        return []
    has_title = bool(page.article.title.strip()) or _opens_with_title(lines)
    if has_title and len(lines) > 1 and lines[1].text.strip() == lines[0].text.strip():
        del lines[1]  # pages and plain texts repeat their title; told twice it would push the lead away
    main, rest = _split(lines, frame, has_title=has_title)
    main = _without_menu(main, openers, has_title=has_title)
    spoken = {code for line in main for _, code in _inside(openers, line)}
    language = hint if hint in spoken else language_of(_text(main[:LINES_ASKED]), known, hint)
    main, foreign = _own_language(main, openers, language, known, has_title=has_title)
    teasers = (line for line in [*foreign, *rest] if _is_teaser(line.text) and _inside(openers, line))
    return [
        _story(main, language, openers, has_title=has_title, main=True),
        *(_story([line], language_of(line.text, known, language), openers) for line in teasers),
    ]


def _text(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)


def _story(
    lines: list[Line], language: str | None, openers: Openers, *, has_title: bool = False, main: bool = False
) -> Story:
    places, before = [], 0
    for line in lines:
        places += [before + place - line.start for place, _ in _inside(openers, line)]
        before += len(line.text) + 1
    return Story(tuple(lines), language, has_title, main, tuple(places))


def _inside(openers: Openers, line: Line) -> Openers:
    return openers[bisect_left(openers, (line.start, "")) : bisect_left(openers, (line.end, ""))]


def language_of(text: str, known: frozenset[str], hint: str | None) -> str | None:
    """Return the language of this text; the hint counts only where the text itself does not tell."""
    return detect_language(text, known) or hint


def _opens_with_title(lines: list[Line]) -> bool:
    """Tell whether a text without a title opens with one: a first line that is short and no sentence."""
    return len(lines) > 1 and len(lines[0].text) <= FIRST_LINE_MAX_CHARS and not SENTENCE_END.search(lines[0].text)


def _split(lines: list[Line], frame: Frame, *, has_title: bool) -> tuple[list[Line], list[Line]]:
    """Part the story from what stands under `read also`, and drop the lines that are no part of any story."""
    main: list[Line] = []
    rest: list[Line] = []
    under_heading = False
    for i, line in enumerate(lines):
        role = frame.role(line.start, line.end)
        if role == "heading" and any(_says(PROSE_MIN_CHARS, told.text) for told in main[int(has_title) :]):
            under_heading = True
        elif role and (i or not has_title):
            continue
        else:
            (rest if under_heading else main).append(line)
    return main, rest


def _without_menu(main: list[Line], openers: Openers, *, has_title: bool) -> list[Line]:
    """Drop the short lines between title and first paragraph, breadcrumbs, by-line, buttons, that name no act."""
    title, body = main[: int(has_title)], main[int(has_title) :]
    begins = next((i for i, line in enumerate(body) if _is_prose(line.text)), 0)
    return [*title, *(line for line in body[:begins] if _inside(openers, line)), *body[begins:]]


def _is_prose(text: str) -> bool:
    return _says(PROSE_MIN_CHARS, text) or bool(SENTENCE_END.search(text))


def _own_language(
    lines: list[Line], openers: Openers, language: str | None, known: frozenset[str], *, has_title: bool
) -> tuple[list[Line], list[Line]]:
    """Part the lines in another language than the story's; short lines stay with their neighbours."""
    own: list[Line] = []
    foreign: list[Line] = []
    target = own
    for i, line in enumerate(lines):
        if len(line.text) >= SWITCH_MIN_CHARS and not (has_title and i == 0):
            spoken = {code for _, code in _inside(openers, line)}
            other = detect_language(line.text, known) if spoken and language not in spoken else language
            target = foreign if other and language and other != language else own
        target.append(line)
    return own, foreign


def _is_teaser(text: str) -> bool:
    """Tell a teaser, which has a sentence of its own, from a bare link."""
    return _says(TEASER_MIN_CHARS, text) and bool(SENTENCE_END.search(text))


def _says(chars: int, text: str) -> bool:
    """Tell whether a text says as much as so many letters of an alphabet; East Asian ones say three times as much."""
    east_asian = not text.isascii() and max(text) >= FIRST_EAST_ASIAN
    return len(text) >= (chars // 3 if east_asian else chars)
