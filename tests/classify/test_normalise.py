"""Folding gives one spelling and finds the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classify.normalise import Folded, fold, strip_tags


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Export-Ban", "export ban"),
        ("‘Öl’", "'öl'"),
        ("قيودًا", "قيودا"),
        ("ســوريا", "سوريا"),
        ("العقوبة", "العقوبه"),
        ("كی", "كي"),
        ("Yaptırım", "yaptirim"),
        ("İHRACAT", "ihracat"),
        ("Ёлка", "елка"),
        ("ＥＵ", "eu"),
        ("Xuâ\u0301t khẩu", "xuất khẩu"),
        ("۱۴۰۴", "1404"),
        ("क़ीमत", "कीमत"),
    ],
)
def test_one_spelling(written: str, folded: str) -> None:
    """What is written in many ways is folded to one."""
    assert fold(written) == folded


@given(st.text(alphabet=st.characters(), max_size=80))
def test_every_text_is_folded_and_places_lead_back(text: str) -> None:
    """No text, broken surrogates included, makes folding fail; each place of the folded text is one of the original."""
    page = Folded(text)
    for place in range(len(page.text)):
        start, end = page.original_span(place, place + 1)
        assert 0 <= start <= end <= len(text)
    assert page.original_span(0, len(page.text)) == (0, len(text)) or not page.text


def test_the_way_back_passes_dropped_signs() -> None:
    """A word with vowel signs in the text is found without them and quoted with them."""
    page = Folded("وقّعتْ اتفاقًا اليوم")
    start = page.text.index("اتفاقا")
    first, last = page.original_span(start, start + len("اتفاقا"))
    assert page.original[first:last] == "اتفاقًا"


def test_tags_are_blanked_in_place() -> None:
    """HTML left in a text goes, and every other character keeps its place."""
    text = "<p>China <b>bans</b> exports</p> 3 < 4"
    blank = strip_tags(text)
    assert len(blank) == len(text)
    assert blank.split() == ["China", "bans", "exports", "3", "<", "4"]
    assert blank.index("bans") == text.index("bans")
