"""How many independent sources there are, and how sure they make us (pure)."""

from collections.abc import Iterable
from math import prod

from services.alert.known import Support

BELIEVED = 0.5
MOST = 0.99
FURTHER_VOICE_COUNTS = 0.5


def combined(support: Iterable[Support]) -> float:
    """Return how sure we are: the surest source in full, each further independent one at half of its weight.

    Sources on one event are wrong together more often than by chance, so plain multiplication of doubts would claim
    too much; a voice counts once, with its surest article.
    """
    best = sorted(voices(support).values(), reverse=True)
    if not best:
        return 0.0
    doubt = (1 - best[0]) * prod(1 - FURTHER_VOICE_COUNTS * confidence for confidence in best[1:])
    return round(max(best[0], min(MOST, 1 - doubt)), 4)


def voices(support: Iterable[Support]) -> dict[str, float]:
    """Return the independent sources, each with the confidence of its surest article."""
    best: dict[str, float] = {}
    for one in support:
        best[one.voice] = max(best.get(one.voice, 0.0), one.confidence)
    return best
