"""Text from articles made safe to show: one line, no control characters, no tricks with the writing direction."""

import re
import unicodedata
from urllib.parse import quote, urlsplit

# Invisible format characters (Unicode category Cf) go: overrides and isolates of the bidirectional algorithm (UAX #9)
# make a reader see other words than were written. The two joiners stay: Persian and several Indic scripts are
# spelled with them.
_JOINERS = frozenset("\u200c\u200d")
_SPACES = re.compile(r"\s+")
_MAX_URL = 2048

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
"""Languages written from right to left (ISO 639-1)."""


def one_line(text: str) -> str:
    """Return the text on one line, without control characters, direction marks and unpaired surrogates."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _SPACES.sub(" ", "".join(_shown(letter) for letter in whole)).strip()


def _shown(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "" if category == "Cf" and letter not in _JOINERS else letter


def shortened(text: str, limit: int) -> str:
    """Return the text in at most `limit` characters, with an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: max(0, limit - 1)].rstrip() + "…"


def direction(language: str | None) -> str:
    """Return `rtl` or `ltr`, the value of HTML's `dir`."""
    return "rtl" if (language or "").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def isolated(text: str, language: str | None) -> str:
    """Wrap right-to-left text in isolates (U+2067, U+2069) so that the line around it keeps its order."""
    return f"\u2067{text}\u2069" if direction(language) == "rtl" else text


def safe_url(url: str | None) -> str | None:
    """Return an address that may stand in a link: http or https alone, nothing in it that could end the link early."""
    if not url or len(url) > _MAX_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return None
    # Everything that is not an address's own letter is percent-encoded: quotes, angle brackets, bars, spaces.
    return quote(parts.geturl().encode("utf-8", "replace"), safe="%/:?#[]@!$&'()*+,;=~-._")
