"""Where the parts of an article stand on a page or in a JSON list, as people write it in a source's `select`."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from resiliparse.parse.html import HTMLTree
from resiliparse.parse.html.exception import CSSParserException

_CSS = ("items", "title", "url", "date", "text", "page")


class Selection(BaseModel):
    """CSS selectors for a page; for a JSON list, names joined by dots (`data.list`), until `html` leads to HTML."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    items: str = Field(default="", max_length=500)
    """Each article; for a JSON list the way to the array, empty where the document is the array."""
    html: str = Field(default="", max_length=500)
    """JSON list only: the way to a text of HTML that holds the articles; the others are CSS selectors then."""
    title: str = Field(default="", max_length=500)
    """Inside an article; on a page its link by default."""
    url: str = Field(default="", max_length=500)
    """Inside an article; on a page its first link by default."""
    date: str = Field(default="", max_length=500)
    """Inside an article."""
    date_format: str = Field(default="", max_length=50)
    """How a date is written, as for `strptime`, where it is not ISO 8601, RFC 5322 or 2026年11月24日."""
    text: str = Field(default="", max_length=500)
    """Inside an article: its summary or text."""
    page: str = Field(default="", max_length=500)
    """CSS selector of the text on an article's own page; where it is given, each new article's page is fetched."""

    def check(self, *, css: bool) -> Self:
        """Return it as it is; raises ValueError for a selector that is none. `css` where `items` is one too."""
        names = _CSS if css or self.html else ("page",)
        document = HTMLTree.parse("<p>").document
        for name in names:
            try:
                if document is not None and getattr(self, name):
                    document.query_selector(getattr(self, name))
            except CSSParserException:
                raise ValueError(f"select.{name} {getattr(self, name)!r} is not a CSS selector") from None
        return self

    @model_validator(mode="after")
    def _date_format_is_one(self) -> Self:
        if self.date_format and "%" not in self.date_format:
            raise ValueError(f"select.date_format {self.date_format!r} has no field: write it like %d.%m.%Y")
        return self
