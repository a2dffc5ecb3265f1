"""Detection: what one article says about one act."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.article import ArticleRef
from schemas.base import Message, stable_id


class Kind(StrEnum):
    """The three kinds of act that Chokepoint tells."""

    EXPORT_CONTROL = "export_control"
    SANCTION = "sanction"
    SUPPLY_PACT = "supply_pact"


class Stage(StrEnum):
    """Where an act stands in its life, as one text reports it."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    EXPANDED = "expanded"
    EASED = "eased"
    ENDED = "ended"


class Evidence(Message):
    """The words that show one claim: `article.text[start:end] == quote`, counted in characters.

    Where the words stand in the title, `field` says so and the span counts characters of the title.
    """

    claim: str
    """What it shows: `kind`, `stage`, `issuer:CN`, `target:JP`, `commodity:gallium`, `entity:…`, `instrument`."""
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    field: str = Field(default="text", pattern="^(text|title)$")

    @model_validator(mode="after")
    def _span_has_the_length_of_its_quote(self) -> Self:
        if self.end - self.start != len(self.quote):
            raise ValueError(f"evidence for {self.claim}: the span {self.start}-{self.end} is not as long as its quote")
        return self


class Detector(Message):
    """Which reader said it; a newer one may read the same text differently."""

    name: str
    version: str


class Detection(Message):
    """What one article says: "this text reports that CN adopted an export control on gallium", with its words."""

    id: str
    article: ArticleRef
    kind: Kind
    stage: Stage
    issuers: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes or blocs of those who impose the measure, or the parties of a pact; sorted."""
    targets: tuple[str, ...] = ()
    """Codes of the countries hit; sorted; empty for a pact or where none is named."""
    entities: tuple[str, ...] = ()
    """Companies, ships and persons named as designated or as parties."""
    commodities: tuple[str, ...] = ()
    """Ids from the taxonomy; sorted."""
    instrument: str | None = None
    """The act's own name or number where the text gives it, for example `Announcement No. 61 of 2025`."""
    effective_on: date | None = None
    confidence: float = Field(ge=0, le=1)
    """Calibrated: of detections at 0.8, eight in ten are right. 0.5 is the line for alerting by default."""
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()
    """What spoke for and against this reading, by name, strongest first."""
    detector: Detector

    @staticmethod
    def id_for(article: ArticleRef, kind: Kind, ordinal: int) -> str:
        """Return the id of the n-th act of this kind in this revision of this article, counted from 0."""
        return stable_id("det", article.id, article.revision, kind.value, ordinal)
