"""The classifier alone, on one core; baseline: only finding the words of its gate in the same texts."""

import time
from collections.abc import Callable, Sequence

from schemas.article import Article
from services.classify.gate import gates
from services.classify.normalise import Folded
from services.classify.reader import read, warm_up

ROUNDS = 3


async def run(articles: Sequence[Article]) -> None:
    """Print articles a second for the reader and for the gate."""
    warm_up()
    scan = rate(articles, lambda a: gates().openers(Folded(f"{a.title}\n{a.text}"), a.language))
    whole = rate(articles, read)
    print(f"reading: {whole:,.0f} articles/s on one core; its gate alone {scan:,.0f}/s; ratio {whole / scan:.2f}")


def rate(articles: Sequence[Article], do: Callable[[Article], object]) -> float:
    """Return the best articles a second of some rounds: what the noise of the machine leaves of the work."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for article in articles:
            do(article)
        best = min(best, time.perf_counter() - started)
    return len(articles) / best
