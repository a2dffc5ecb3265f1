"""The page: title and text as one, and the way from a place in a story back to the article's title or text."""

from dataclasses import dataclass

from schemas.article import Article
from schemas.detection import Evidence
from services.classify.marks import Mark
from services.classify.normalise import MAX_CHARS, strip_tags
from services.classify.segments import Story


@dataclass(frozen=True, slots=True)
class Page:
    """An article laid out for reading: `whole` is title, newline, text, each character in its place."""

    article: Article
    whole: str
    shift: int
    """Where the text begins in `whole`."""


def lay_out(article: Article) -> Page:
    """Return the page of an article, its text cut at what is looked at and tags blanked out."""
    title = article.title.replace("\n", " ")
    return Page(article, strip_tags(f"{title}\n{article.text[:MAX_CHARS]}"), len(title) + 1)


def place_in_page(story: Story, place: int) -> int:
    """Return where this place of a story's own text stands in the page."""
    for line in story.lines:
        if place <= len(line.text):
            return line.start + place
        place -= len(line.text) + 1
    return story.lines[-1].end


def in_text(page: Page, story: Story, mark: Mark) -> bool:
    """Tell whether a mark stands in the article's text, not its title."""
    return place_in_page(story, mark.start) >= page.shift


def evidence(page: Page, story: Story, claim: str, mark: Mark) -> Evidence:
    """Return the article's own words for a claim."""
    start, end = place_in_page(story, mark.start), place_in_page(story, mark.end)
    if start >= page.shift:
        start, end = start - page.shift, end - page.shift
        return Evidence(claim=claim, quote=page.article.text[start:end], start=start, end=end)
    end = min(end, len(page.article.title))
    return Evidence(claim=claim, quote=page.article.title[start:end], start=start, end=end, field="title")
