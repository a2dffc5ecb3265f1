"""The name and number of an act, compared across languages (pure)."""

import re
from dataclasses import dataclass
from functools import lru_cache

# Words that say which series a number belongs to, in the languages we read. A number alone proves nothing: the 19th
# package and Regulation 2025/2033 are one act, the 12th package and the 13th are two.
_SERIES = {
    "package": (
        r"packa?ge|paquete?|pacote|pacchetto|pa[kc]?ket|\bgói\b|пакет|一揽子|一攬子|轮制裁|輪制裁|パッケージ|弾|패키지|حزمة|بسته|पैकेज"
    ),
    "order": (
        r"executive order|\be\.?o\.?\b|decreto ejecutivo|décret présidentiel|исполнительн|указ"
        r"|行政令|行政命令|大統領令|행정명령|أمر تنفيذي|فرمان اجرایی"
    ),
    "announcement": (
        r"announcement|notice|avis|anuncio|aviso|bekanntmachung|duyuru|pengumuman|thông báo|объявлени"
        r"|公告|通告|공고|إعلان|اطلاعیه"
    ),
    "resolution": (
        r"r[eé]solution|resoluci[óo]n|resolução|risoluzione|karar|resolusi|nghị quyết|резолюци|резолюці"
        r"|决议|決議|결의|قرار مجلس|قطعنامه"
    ),
    "licence": (
        r"general licen[cs]e|licencia general|licence générale|genel lisans|генеральн\w+ лицензи|رخصة عامة|مجوز عمومی"
    ),
}
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    "twentieth",
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Instrument:
    """`series` and the numbers in it, for example `package` and 19."""

    series: str | None
    numbers: frozenset[int]


@lru_cache(maxsize=10_000)
def read(name: str | None) -> Instrument:
    """Return the series and the numbers of an act's name; years and amounts over 99,999 are left out."""
    text = (name or "").casefold()
    for number, word in enumerate(_ORDINALS, start=1):
        text = re.sub(rf"\b{word}\b", str(number), text)
    found = [int(digits) for digits in re.findall(r"\d+", text) if len(digits) <= len("99999")]
    plain = {n for n in found if not _YEAR.fullmatch(str(n))}
    series = next((series for series, words in _SERIES.items() if re.search(words, text)), None)
    return Instrument(series, frozenset(plain))


def agree(left: str | None, right: str | None) -> bool | None:
    """Tell whether two names mean one act: None where they do not say.

    They disagree only where both number an act of the same series, or of none, and share no number.
    """
    one, other = read(left), read(right)
    if not (left and right):
        return None
    if not one.numbers or not other.numbers:
        return True if left.casefold() == right.casefold() else None
    if one.series != other.series:
        return None
    return bool(one.numbers & other.numbers)
