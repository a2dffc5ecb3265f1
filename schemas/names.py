"""Names in every language that is read, as the tables of goods and countries hold them."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

LANGUAGES = ("ar", "de", "en", "es", "fa", "fr", "hi", "id", "it", "ja", "ko", "pt", "ru", "tr", "uk", "vi", "zh")
"""ISO 639-1; `zh` stands for both scripts."""


def _in_every_language(names: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if missing := [language for language in LANGUAGES if not names.get(language)]:
        raise ValueError(f"has no name in {', '.join(missing)}")
    if strange := [language for language in names if language not in LANGUAGES]:
        raise ValueError(f"has names in {', '.join(strange)}, which is no language that is read")
    for language, given in names.items():
        _well_written(language, given)
    return names


def _well_written(language: str, given: tuple[str, ...]) -> None:
    if len(set(given)) < len(given):
        raise ValueError(f"has a name twice in {language}")
    for name in given:
        if not name or name != unicodedata.normalize("NFC", name) or name != " ".join(name.split()):
            raise ValueError(f"has a name in {language} that is empty, not in NFC or spaced oddly: {name!r}")


Names = Annotated[dict[str, tuple[str, ...]], AfterValidator(_in_every_language)]
"""Language -> names, the one to show first; every name is also searched for in texts."""
