"""Measure: the real-world act, merged from all detections about it."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.article import Source
from schemas.base import Message, UtcDatetime, stable_id
from schemas.detection import Kind, Stage


class State(StrEnum):
    """Where the act stands, as a reader is told; finer than the stage where the facts allow it."""

    PROPOSED = "proposed"
    WITHDRAWN = "withdrawn"
    """It was never more than a plan, and the plan was given up."""
    ADOPTED = "adopted"
    IN_FORCE = "in_force"
    """Adopted, and the day from which it applies has come."""
    EXPANDED = "expanded"
    EASED = "eased"
    SUSPENDED = "suspended"
    ENDED = "ended"


class RelationType(StrEnum):
    """How one measure stands to an earlier one."""

    AMENDS = "amends"
    """The next act of one series by one issuer on one target: the 19th package and the 18th."""
    REPLACES = "replaces"
    """It takes the place of one that was lifted: quotas for a ban."""
    SUSPENDS = "suspends"
    """It eases one that stands, but is an act of its own, with its own number or its own issuers."""
    RETALIATES_FOR = "retaliates_for"
    """Its sources call it an answer, and it hits who had hit its issuer."""
    IMPLEMENTS = "implements"
    """It carries out what a bloc or the United Nations decided."""


class Relation(Message):
    """One measure's relation to an earlier one."""

    type: RelationType
    measure_id: str
    """The earlier measure."""
    because: str
    """The facts that show it, in words."""


class Good(Message):
    """A good of the taxonomy as it stands in an alert."""

    id: str
    name: str
    group: str
    hs: tuple[str, ...] = ()
    """HS 2022 codes, 2 to 6 digits."""


class Reporter(Message):
    """One article that supports a measure."""

    article_id: str
    url: str | None = None
    title: str = ""
    language: str | None = None
    published_at: UtcDatetime | None = None
    source: Source


class Measure(Message):
    """The real-world act (control, sanction or pact) as known at one version."""

    id: str
    version: int = Field(ge=1)
    kind: Kind
    stage: Stage
    issuers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    commodities: tuple[Good, ...] = ()
    instrument: str | None = None
    effective_on: date | None = None
    first_reported_at: UtcDatetime
    confidence: float = Field(ge=0, le=1)
    sources: tuple[Reporter, ...] = ()
    """The articles that support it, oldest report first."""
    state: State | None = None
    """Where it stands, finer than `stage`; null in messages written before it was told."""
    relations: tuple[Relation, ...] = ()
    """How it stands to earlier measures."""

    @staticmethod
    def id_for(founding_detection_id: str) -> str:
        """Return the id of the measure that this detection opened."""
        return stable_id("mea", founding_detection_id)
