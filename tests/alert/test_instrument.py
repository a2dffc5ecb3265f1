"""Names and numbers of acts, compared across languages."""

import pytest

from services.alert.instrument import agree, read

NAMES = [
    ("19th package", "19-й пакет санкций", True),
    ("nineteenth package of sanctions", "19e paquet", True),
    ("第19轮制裁", "19. Sanktionspaket", True),
    ("حزمة العقوبات ١٩", "19th package", True),
    ("12th package", "13-й пакет", False),
    ("Announcement No. 61 of 2025", "商务部公告2025年第61号", True),
    ("Announcement No. 61 of 2025", "Announcement No. 62 of 2025", False),
    ("Announcements No. 61 and 62", "公告2025年第62号", True),
    ("Executive Order 14024", "E.O. 14024", True),
    ("Executive Order 14024", "Executive Order 14312", False),
    ("19th package", "Council Regulation 2025/2033", None),
    ("Framework agreement", "framework agreement", True),
    ("Framework agreement", "Memorandum", None),
    ("Caesar Act", "General License 25", None),
    (None, "19th package", None),
    ("", "", None),
]


@pytest.mark.parametrize(("left", "right", "verdict"), NAMES)
def test_names_agree_by_number_within_one_series(left: str | None, right: str | None, verdict: bool | None) -> None:
    """One number of one series is one act, another number another act, and anything else says nothing."""
    assert agree(left, right) is verdict
    assert agree(right, left) is verdict


def test_a_year_is_no_number_of_an_act() -> None:
    """Two acts of 2025 share nothing by that."""
    assert read("Announcement No. 61 of 2025").numbers == {61}
    assert agree("Law 12 of 2025", "Law 13 of 2025") is False
