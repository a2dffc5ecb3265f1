"""The frame of a page: headings over other stories, lines that belong to none, and what only looks like them."""

import pytest

from services.classify.frame import boilerplate
from services.classify.normalise import Folded
from services.classify.reader import read
from tests.classify.conftest import Make

STORY = (
    "BEIJING, March 3 - China on Tuesday banned exports of gallium and germanium to the United States with "
    "immediate effect, its Ministry of Commerce said in a statement."
)
TITLE = "Beijing bans gallium exports to the United States"


@pytest.mark.parametrize(
    ("line", "role"),
    [
        ("Read also", "heading"),
        ("▶ Read also", "heading"),
        ("We use cookies to improve this site", "line"),
        ("The ministry said so", None),
        ("Cookiecutters were exported", None),
    ],
)
def test_the_role_of_a_line(line: str, role: str | None) -> None:
    """Words of the frame count whole, and signs before a heading do not hide it."""
    assert boilerplate().frame(Folded(line)).role(0, len(line)) == role


def test_a_paragraph_that_names_cookies_stays() -> None:
    """A long line is told, whatever words of a frame stand in it."""
    line = (
        f"{STORY} A spokesman for the biscuit makers, who sell cookies to America, said that they were not concerned."
    )
    assert boilerplate().frame(Folded(line)).role(0, len(line)) is None


@pytest.mark.parametrize(
    "menu",
    ["Home\nWorld\nBusiness\nOpinion\n", "Home > World > Asia\nBy Li Wei\nShare\n", "Most read\nHome\nWorld\n"],
)
def test_a_menu_above_the_story_hides_nothing(article: Make, menu: str) -> None:
    """The first paragraph is the lead, however many links stand above it."""
    (found,) = read(article(TITLE, f"{menu}{STORY}"))
    (plain,) = read(article(TITLE, STORY))
    assert (found.kind, found.stage, found.issuers, found.targets) == (
        plain.kind,
        plain.stage,
        plain.issuers,
        plain.targets,
    )


def test_a_list_of_links_tells_nothing(article: Make) -> None:
    """Headlines of other stories, without a sentence of their own, are no news of this page."""
    links = "Brussels and Buenos Aires to sign minerals accord\nUkraine sanctions 250 factories\nChina bans gallium\n"
    text = (
        f"The spring festival drew large crowds to the harbour on Sunday, the organisers said with some pride.\n{links}"
    )
    assert read(article("Crowds at the harbour", f"{text}Weather\nHoroscope\nShop\n")) == []
