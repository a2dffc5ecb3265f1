"""Pages to their main text, and stubs told from articles."""

import pytest

from services.ingest.pages.main_text import read_page
from services.ingest.pages.page_text import PageKind

STORY = "The ministry said on Tuesday that exports of gallium need a licence from the first of December on. " * 4
COOKIES = "We use cookies with your consent: see our privacy policy on cookies. " * 5
MENU = "<nav><a href=/>Home</a> <a href=/sport>Sport</a></nav>"
FOOT = "<footer>Imprint, all rights reserved, follow us</footer>"


def page(body: str, head: str = "") -> str:
    """Write a page as sites do."""
    return f"<!doctype html><html><head><title>News</title>{head}</head><body>{MENU}{body}{FOOT}</body></html>"


@pytest.mark.parametrize("quick", [False, True])
def test_the_story_comes_without_its_furniture(*, quick: bool) -> None:
    """Both ways find the story; navigation and imprint are left out."""
    found = read_page(page(f"<article><h1>Gallium</h1><p>{STORY}</p><p>{STORY}</p></article>"), quick=quick)
    assert found.kind is PageKind.ARTICLE
    assert STORY.strip() in found.text
    assert "Imprint" not in found.text
    assert "Sport" not in found.text


@pytest.mark.parametrize(
    ("body", "head", "kind"),
    [
        ("<div id=root></div><script>app()</script>", "", PageKind.EMPTY),
        ("<p>Subscribe to read on.</p>", '<script>{"isAccessibleForFree": "False"}</script>', PageKind.PAYWALL),
        (f"<article><p>{STORY}</p></article>", '<script>{"isAccessibleForFree":false}</script>', PageKind.PAYWALL),
        (
            "<p>" + "We use cookies with your consent: see our privacy policy on cookies. " * 5 + "</p>",
            "",
            PageKind.CONSENT,
        ),
        (f"<article><p>{STORY * 5}</p></article>", '<script>{"isAccessibleForFree":true}</script>', PageKind.ARTICLE),
    ],
)
def test_a_stub_is_told_from_an_article(body: str, head: str, kind: PageKind) -> None:
    """Frames, paywalls and consent pages are named as such and are no text."""
    assert read_page(page(body, head)).kind is kind


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta property="article:published_time" content="2026-11-24T08:00:00+09:00">', "2026-11-24T08:00:00+09:00"),
        ('<meta name="date" content="2026-11-24">', "2026-11-24"),
        ("<meta name=date>", None),
        ("", None),
    ],
)
def test_the_date_is_the_metadatas_or_none(head: str, date: str | None) -> None:
    """A date is read where the page states it and never guessed from its text."""
    assert read_page(page(f"<p>On 1 January 2020. {STORY}</p>", head)).published_at == date


@pytest.mark.parametrize("html", ["", "<", "\0", "<html>" * 3000, "x" * 100_000, "<![CDATA[", "&#xD800;" * 100])
def test_any_page_is_read_or_empty(html: str) -> None:
    """Whatever comes, there is an answer."""
    assert read_page(html).kind in PageKind
