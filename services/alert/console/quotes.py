"""Evidence in the order in which people read it (pure): whole sentences first, single words beside them."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.detection import Evidence

Quoted = tuple[str, tuple[str, ...]]
"""A quote and the claims that it shows."""


@dataclass(frozen=True)
class Quotes:
    """The evidence of one article."""

    sentences: tuple[Quoted, ...]
    marks: tuple[Quoted, ...]
    """Words that stand inside one of the sentences."""


def quotes(evidence: Iterable[Evidence]) -> Quotes:
    """Return each different quote once, with everything that it shows."""
    found: dict[str, list[str]] = {}
    for one in evidence:
        found.setdefault(one.quote, []).append(one.claim)
    inside = {quote for quote in found if any(quote != other and quote in other for other in found)}
    quoted = [(quote, tuple(claims)) for quote, claims in found.items()]
    return Quotes(
        sentences=tuple(one for one in quoted if one[0] not in inside),
        marks=tuple(one for one in quoted if one[0] in inside),
    )
