"""What a list may be narrowed by: a value, several with commas between them, or the parameter again."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from schemas.alert import AlertType, Severity
from schemas.commodities import commodities, hs_matches
from schemas.detection import Kind, Stage
from services.alert.api.moments import moment
from services.alert.goods import all_within
from services.alert.known import KnownMeasure
from services.alert.objects import HsCode
from services.alert.store.reads import AlertFilter, MeasureFilter

NOTHING = "-"
"""No good has this id: a filter for it finds nothing."""


def _split(value: Any) -> Any:
    """Take `a,b` for `a` and `b`."""
    texts = value if isinstance(value, list) else [value]
    return [part.strip() for text in texts for part in str(text).split(",") if part.strip()]


def _upper(value: Any) -> Any:
    return [part.upper() for part in _split(value)]


Codes = Annotated[list[str], BeforeValidator(_upper)]
Words = Annotated[list[str], BeforeValidator(_split)]


class PageQuery(BaseModel):
    """Which page, and how long. A parameter that is not known is refused: it would silently narrow nothing."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    limit: int = Field(default=50, ge=1, le=500)
    cursor: str | None = None
    """The `next_cursor` of the page before."""
    since: str | None = None
    """Changed or made at or after this time (`2026-11-24T06:00:00Z`), or within this age (`12h`, `90d`)."""

    def start(self, now: datetime) -> datetime | None:
        """Return `since` as a time. Raises Problem (422)."""
        return moment(self.since, now) if self.since else None


class MeasureQuery(PageQuery):
    """Filters of measures, named as in a subscription's `match`; every one given must hold."""

    kinds: Annotated[list[Kind], BeforeValidator(_split)] = []
    stages: Annotated[list[Stage], BeforeValidator(_split)] = []
    issuers: Codes = []
    targets: Codes = []
    commodities: Words = []
    """Ids of goods or of groups."""
    hs: Annotated[list[HsCode], BeforeValidator(_split)] = []
    """Any digit depth: 85 matches 8505.11. With this filter a page may be shorter than `limit`."""
    min_confidence: float = Field(default=0.0, ge=0, le=1)
    q: str | None = Field(default=None, max_length=200)
    """Words in the headline, the names of companies or the act's own name."""

    def wanted(self, now: datetime) -> MeasureFilter:
        """Return the filter of the store. Raises Problem (422)."""
        return MeasureFilter(
            kinds=[kind.value for kind in self.kinds],
            stages=[stage.value for stage in self.stages],
            issuers=self.issuers,
            targets=self.targets,
            commodities=_goods(self.commodities, self.hs),
            min_confidence=self.min_confidence,
            q=self.q,
            since=self.start(now),
        )

    def fits(self, measure: KnownMeasure) -> bool:
        """Tell whether a measure names a good under the codes: the store also gives what belongs to such a good."""
        return not self.hs or not _under(self.hs).isdisjoint(measure.commodities)


class AlertQuery(PageQuery):
    """Filters of alerts."""

    types: Annotated[list[AlertType], BeforeValidator(_split)] = []
    min_severity: Severity | None = None

    def wanted(self, now: datetime) -> AlertFilter:
        """Return the filter of the store. Raises Problem (422)."""
        return AlertFilter([type_.value for type_ in self.types], self.min_severity, self.start(now))


class DeliveryQuery(PageQuery):
    """Filters of deliveries."""

    status: Literal["pending", "sending", "delivered", "failed", "suppressed"] | None = None
    destination: str | None = None
    measure: str | None = None
    alert: str | None = None


def _goods(names: list[str], codes: list[str]) -> list[str]:
    """Return the goods that are meant: those named, those under the codes, or, with both, what is in both."""
    if not codes:
        return names
    coded = _under(codes)
    named = {id_ for name in names for id_ in all_within(name)} if names else coded
    return sorted(coded & named) or [NOTHING]


def _under(codes: list[str]) -> set[str]:
    return {id_ for id_, good in commodities().items() if any(hs_matches(w, c) for w in codes for c in good.hs)}
