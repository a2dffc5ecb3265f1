"""The way from a place in a story back to the article's title or text."""

from schemas.detection import Evidence
from services.classify.marks import Mark
from services.classify.segments import Page, Story


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
