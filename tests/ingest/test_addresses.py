"""Canonical addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.addresses import NotAnAddress, canonical_url

SAME = [
    ("HTTPS://News.Example:443/a/b/?utm_source=x&utm_medium=y#top", "https://news.example/a/b"),
    ("http://news.example:80", "http://news.example/"),
    ("http://news.example:8080/a", "http://news.example:8080/a"),
    ("https://news.example/a?b=2&a=1&fbclid=zz&gclid=q", "https://news.example/a?a=1&b=2"),
    ("https://news.example/a?id=7&at_medium=RSS&at_campaign=rss", "https://news.example/a?id=7"),
    ("https://user:secret@news.example/a", "https://news.example/a"),
    ("https://news.example/a/../b/./c/", "https://news.example/b/c"),
    ("https://news.example/../a", "https://news.example/a"),
    ("https://news.example/%7euser/%e4%b8%ad", "https://news.example/~user/%E4%B8%AD"),
    ("https://news.example/中", "https://news.example/%E4%B8%AD"),
    ("https://новости.example/a", "https://xn--b1amnebsh.example/a"),
    (" https://news.example/a\n", "https://news.example/a"),
    ("https://news.example/a/amp/", "https://news.example/a"),
    ("https://news.example/amp/a", "https://news.example/a"),
    ("https://news.example/a.amp.html", "https://news.example/a.html"),
    ("https://news.example/a?amp=1", "https://news.example/a"),
    ("https://news.example/a?outputType=amp", "https://news.example/a"),
    ("https://amp.news.example/a", "https://www.news.example/a"),
    ("https://www.google.com/amp/s/news.example/a/amp", "https://news.example/a"),
    ("https://news-example.cdn.ampproject.org/c/s/news.example/a?usqp=mq331", "https://news.example/a"),
    ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
    ("https://news.example/a?q=&b", "https://news.example/a?b=&q="),
]


@pytest.mark.parametrize(("given_url", "canonical"), SAME)
def test_one_page_has_one_address(given_url: str, canonical: str) -> None:
    """Decoration, spelling and AMP variants of an address fold into one."""
    assert canonical_url(given_url) == canonical


@pytest.mark.parametrize(
    "different", ["https://news.example/a?id=1", "https://news.example/a?id=2", "https://news.example/A"]
)
def test_what_makes_another_page_is_kept(different: str) -> None:
    """A parameter that selects the page and the case of the path stay as they are."""
    assert canonical_url(different) == different


WRONG = [
    "",
    "   ",
    "javascript:alert(1)",
    "//news.example/a",
    "ftp://a.example/x",
    "https://",
    "https://a.example:99999/",
]
WRONG += ["https://[::1/", "mailto:a@b.example", "https://a..b/"]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_web_address_is_named(wrong: str) -> None:
    """Anything but an http(s) address with a host is refused, in one line."""
    with pytest.raises(NotAnAddress) as caught:
        canonical_url(wrong)
    assert "\n" not in str(caught.value)


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.example(:[0-9]{1,4})?(/[ -~]{0,20}){0,3}(\?[ -~]{0,30})?(#[a-z]{0,5})?", fullmatch=True
    )
)
def test_the_canonical_address_is_its_own(url: str) -> None:
    """Canonicalising twice changes nothing, so an id never depends on how often an address was handled."""
    try:
        once = canonical_url(url)
    except NotAnAddress:
        return
    assert canonical_url(once) == once
