"""The language of an article: what its letters and words say; what the source declares only helps short texts."""

import re
from collections.abc import Callable

Detect = Callable[[str], str | None]
"""ISO 639-1 code of a text, or None where it cannot be told."""

SHORT = 60
_ENOUGH = 2000
_CODE = re.compile(r"[a-z]{2,3}")


def declared_code(declared: str | None) -> str | None:
    """Return the primary code of a language tag (`pt-BR` is `pt`), or None where it is none."""
    code = re.split(r"[-_]", (declared or "").strip().lower(), maxsplit=1)[0]
    return code if _CODE.fullmatch(code) else None


def language_of(title: str, text: str, declared: str | None, detect: Detect) -> str | None:
    """Return the language of an article, or None where neither its text nor its source tells."""
    sample = f"{title}\n{text}".strip()[:_ENOUGH]
    code = declared_code(declared)
    if code and len(sample) < SHORT:
        return code
    return (detect(sample) if sample else None) or code
