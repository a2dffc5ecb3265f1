"""Names and numbers of acts, compared across languages."""

import pytest

from services.alert.instrument import Agreement, agree, read
from services.alert.ordinals import in_digits

NAMES = [
    ("19th package", "19-й пакет санкций", Agreement.SAME),
    ("nineteenth package of sanctions", "19e paquet", Agreement.SAME),
    ("第19轮制裁", "19. Sanktionspaket", Agreement.SAME),
    ("حزمة العقوبات ١٩", "19th package", Agreement.SAME),
    ("12th package", "13-й пакет", Agreement.OTHER),
    ("Announcement No. 61 of 2025", "商务部公告2025年第61号", Agreement.SAME),
    ("Announcement No. 61 of 2025", "Announcement No. 62 of 2025", Agreement.OTHER),
    ("Announcements No. 61 and 62", "公告2025年第62号", Agreement.SAME),
    ("Executive Order 14024", "E.O. 14024", Agreement.SAME),
    ("Executive Order 14024", "Executive Order 14312", Agreement.OTHER),
    ("19th package", "Council Regulation 2025/2033", Agreement.UNKNOWN),
    ("Framework agreement", "framework agreement", Agreement.NAME),
    ("Framework agreement", "Memorandum", Agreement.UNKNOWN),
    ("Caesar Act", "General License 25", Agreement.UNKNOWN),
    (None, "19th package", Agreement.UNKNOWN),
    ("executive order", "ordem executiva", Agreement.SERIES),
    ("Executive Order 14312", "أمراً تنفيذياً", Agreement.SERIES),
    ("الرخصة العامة رقم 25", "General License 25", Agreement.SAME),
    ("الرخصة العامة رقم 24", "General License 25", Agreement.OTHER),
    ("dix-huitième série", "18e paquet", Agreement.SAME),
    ("vierzehnte Sanktionspaket", "дев'ятнадцятий пакет", Agreement.OTHER),
    ("", "", Agreement.UNKNOWN),
]


@pytest.mark.parametrize(("left", "right", "verdict"), NAMES)
def test_names_agree_by_number_within_one_series(left: str | None, right: str | None, verdict: Agreement) -> None:
    """One number of one series is one act, another number another act, and anything else says nothing."""
    assert agree(left, right) is verdict
    assert agree(right, left) is verdict


def test_a_year_is_no_number_of_an_act() -> None:
    """Two acts of 2025 share nothing by that."""
    assert read("Announcement No. 61 of 2025").numbers == {61}
    assert agree("Law 12 of 2025", "Law 13 of 2025") is Agreement.OTHER


NINETEENTH = [
    "nineteenth package",
    "dix-neuvième paquet",
    "neunzehntes Sanktionspaket",
    "decimonoveno paquete",
    "décimo nono pacote",
    "diciannovesimo pacchetto",
    "девятнадцатый пакет",
    "девʼятнадцятий пакет",
    "الحزمة التاسعة عشرة",
    "نوزدهمین بسته",
    "on dokuzuncu paket",
    "paket kesembilan belas",
    "gói thứ mười chín",
    "第十九轮制裁",
    "第19弾",
    "उन्नीसवां पैकेज",
    "제19차 패키지",
    "19-й пакет",
]


@pytest.mark.parametrize("name", NINETEENTH)
def test_a_number_written_out_is_a_number_in_every_language(name: str) -> None:
    """Papers write the nineteenth package in words as often as in digits."""
    assert read(name).numbers == {19}


def test_a_word_that_only_begins_like_an_ordinal_is_none() -> None:
    """What follows a stem is its ending, not another word."""
    assert in_digits("primaries of firstborns") == "primaries of firstborns"
