"""What was found on a page."""

from dataclasses import dataclass
from enum import StrEnum


class PageKind(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    PAYWALL = "paywall"
    """It says itself that its text is paid for, and shows a beginning."""
    CONSENT = "consent"
    """It asks for consent to cookies before it shows anything."""
    EMPTY = "empty"
    """No text: a frame, or a page that scripts fill."""


@dataclass(frozen=True)
class PageText:
    """The main text of a page."""

    kind: PageKind
    text: str = ""
    published_at: str | None = None
    """As the page's own metadata write it; never guessed from its text."""
