"""Text from articles becomes harmless to show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alert.channels.plain_text import direction, isolated, one_line, safe_url, shortened
from tests.alert.channels.sample import NASTY, PERSIAN

ANY_TEXT = st.one_of(st.sampled_from(NASTY), st.text(), st.text(alphabet="\r\n\t <>&|\u202e\u2066\u200b\u200c*_~`"))


@given(ANY_TEXT)
def test_one_line_is_one_line_without_anything_invisible(text: str) -> None:
    """No line break, no control character, no direction mark survives; doing it twice changes nothing."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not [letter for letter in line if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}]
    assert not [letter for letter in line if unicodedata.category(letter) == "Cf" and letter not in "\u200c\u200d"]
    assert one_line(line) == line


def test_the_joiners_that_persian_needs_stay() -> None:
    """Persian spelled with zero-width non-joiners is not damaged."""
    assert one_line(PERSIAN) == PERSIAN


@given(st.text(), st.integers(1, 50))
def test_shortened_keeps_the_limit_and_says_that_it_cut(text: str, limit: int) -> None:
    """The result fits; a cut one ends with an ellipsis."""
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://news.example/a?b=c#d", "https://news.example/a?b=c#d"),
        ("https://news.example/%D8%A7", "https://news.example/%D8%A7"),
        ("https://news.example/ا", "https://news.example/%D8%A7"),
        ("https://news.example/a|b>c<d e", "https://news.example/a%7Cb%3Ec%3Cd%20e"),
        ('https://news.example/"onclick=', "https://news.example/%22onclick="),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//news.example/a", None),
        ("https://user:word@news.example/", None),
        ("https://", None),
        ("https://[bad/", None),
        ("https://news.example/" + "a" * 3000, None),
        (None, None),
        ("", None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, safe: str | None) -> None:
    """An address that could do anything but lead to a page is dropped; the rest cannot end its link early."""
    assert safe_url(url) == safe


@given(st.text())
def test_no_address_can_leave_its_link(path: str) -> None:
    """No character that ends a link in HTML, Slack or a header remains."""
    url = safe_url("https://news.example/" + path)
    assert url is None or not set(url) & set("<>|\"'` \r\n\\") - {"'"}


@pytest.mark.parametrize(
    ("language", "expected"), [("ar", "rtl"), ("fa", "rtl"), ("fa-IR", "rtl"), ("en", "ltr"), (None, "ltr")]
)
def test_the_direction_follows_the_language(language: str | None, expected: str) -> None:
    """Arabic and Persian run from right to left, with a region or without."""
    assert direction(language) == expected


def test_right_to_left_text_is_isolated() -> None:
    """Only right-to-left text is wrapped in isolates."""
    assert isolated("x", "ar") == "\u2067x\u2069"
    assert isolated("x", "en") == "x"
