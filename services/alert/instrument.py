"""The name and number of an act, compared across languages (pure)."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from services.alert.ordinals import in_digits

# Words that say which series a number belongs to, in the languages we read. A number alone proves nothing: the 19th
# package and Regulation 2025/2033 are one act, the 12th package and the 13th are two.
_SERIES = {
    "package": (
        r"packa?ge|paquete?|pacote|pacchetto|pa[kc]?ket|\bgói\b|\bsérie\b|serie de sanciones|пакет"
        r"|一揽子|一攬子|轮制裁|輪制裁|パッケージ|弾|패키지|حزمة|بسته|पैकेज"
    ),
    "order": (
        r"executive order|\be\.?o\.?\b|ord[ei][mn]e? e[xs]ecuti[vw]|decreto ejecutivo|décret|kararname"
        r"|исполнительн|указ|perintah eksekutif|sắc lệnh|行政令|行政命令|大統領令|행정명령|कार्यकारी आदेश"
        r"|(?:ال)?أمرا?ً? (?:ال)?تنفيذي|فرمان اجرایی"
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
        r"general licen[cs]e|licencia general|licence générale|genel lisans|генеральн\w+ лицензи"
        r"|lisensi umum|giấy phép chung|通用许可|一般许可|一般ライセンス|일반 ?(?:면허|허가)"
        r"|(?:ال)?رخصة (?:ال)?عامة|ترخيصا?ً? عام|مجوز عمومی"
    ),
}
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class Instrument:
    """`series` and the numbers in it, for example `package` and 19."""

    series: str | None
    numbers: frozenset[int]


@lru_cache(maxsize=10_000)
def read(name: str | None) -> Instrument:
    """Return the series and the numbers of an act's name; years and amounts over 99,999 are left out."""
    text = in_digits((name or "").casefold())
    found = [int(digits) for digits in re.findall(r"\d+", text) if len(digits) <= len("99999")]
    plain = {n for n in found if not _YEAR.fullmatch(str(n))}
    series = next((series for series, words in _SERIES.items() if re.search(words, text)), None)
    return Instrument(series, frozenset(plain))


class Agreement(Enum):
    """How two names of acts stand to each other."""

    SAME = auto()
    """One number of one series: proof."""
    NAME = auto()
    """The same name without a number, `Caesar Act`."""
    SERIES = auto()
    """Both are executive orders, or licences, and one of them gives no number."""
    OTHER = auto()
    """Two numbers of one series: two acts."""
    UNKNOWN = auto()
    """They do not say."""


def agree(left: str | None, right: str | None) -> Agreement:
    """Compare two names; they are of two acts only where both number an act of the same series, or of none."""
    if not (left and right):
        return Agreement.UNKNOWN
    one, other = read(left), read(right)
    if one.numbers and other.numbers:
        if one.series != other.series:
            return Agreement.UNKNOWN
        return Agreement.SAME if one.numbers & other.numbers else Agreement.OTHER
    if left.casefold() == right.casefold():
        return Agreement.NAME
    return Agreement.SERIES if one.series and one.series == other.series else Agreement.UNKNOWN
