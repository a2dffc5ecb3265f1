"""A batch in, detections out, with the trace of each article."""

from collections.abc import Sequence

from schemas.article import Article
from schemas.detection import Detection
from services.classify.handlers import ReadArticles
from services.classify.reader import study
from services.runtime.records import Received
from tests.classify.conftest import Make


def received(article: Article, trace: str | None) -> Received[Article]:
    """Return an article as it comes from the bus."""
    return Received(article, trace, "chokepoint.articles.v1", 0, 0)


async def test_a_batch_is_read_and_published_with_its_traces(article: Make) -> None:
    """Only what is reported is published, once, under the trace of its article; again the same ids."""
    published: list[tuple[Sequence[Detection], Sequence[str | None]]] = []

    async def publish(found: Sequence[Detection], traces: Sequence[str | None]) -> None:
        published.append((found, traces))

    handle = ReadArticles(study, publish)
    batch = [
        received(article("Rain", "It will rain tomorrow."), "t1"),
        received(article("India bans rice exports", "India on Monday banned exports of rice."), "t2"),
    ]
    await handle(batch)
    await handle(batch)
    assert [traces for _, traces in published] == [["t2"], ["t2"]]
    assert published[0][0] == published[1][0]
    assert published[0][0][0].issuers == ("IN",)


async def test_nothing_to_say_publishes_nothing(article: Make) -> None:
    """A batch without a measure does not reach for Kafka."""

    async def publish(_found: Sequence[Detection], _traces: Sequence[str | None]) -> None:
        raise AssertionError("nothing is to be published")

    await ReadArticles(study, publish)([received(article("Rain", "It will rain tomorrow."), None)])
