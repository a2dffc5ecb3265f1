"""`chokepoint push`: articles to a running ingest, which answers once Kafka has them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import click

from services.classify.languages.load import languages
from services.cli.api import Api, Problem
from services.cli.articles import GivenArticle
from services.cli.errors import Failed, say
from services.cli.inputs import Articles, file_or_pipe
from services.cli.progress import counted
from services.cli.session import Session, pass_session

BATCH_ARTICLES: Final = 500
BATCH_BYTES: Final = 2_000_000
"""Far below the 10 MB that ingest takes in one request, so that progress shows and a failure repeats little."""
HEADERS: Final = {"content-type": "application/x-ndjson"}
PATH: Final = "/api/v1/articles"


class Placed(NamedTuple):
    """One article as it goes over the wire, and where it came from."""

    place: str
    body: bytes


@click.command(epilog="Example: chokepoint push article.txt")
@click.argument("what", metavar="[FILE|URL|-]", required=False)
@click.option("--server", metavar="URL", help="Address of ingest; by default the one of this machine's settings.")
@pass_session
def command(session: Session, what: str | None, server: str | None) -> None:
    """Hand one article or many to a running system and print the ids that it accepted.

    FILE holds plain text (the first line is the title), JSON, or JSONL with one article a line; a URL is fetched; `-`
    is standard input. Each id comes with `new`, `revised` or `unchanged`. The token is CHOKEPOINT_API__TOKEN, or the
    one that `chokepoint up` keeps in the data folder.
    """
    source = file_or_pipe(what)
    articles = Articles((source,))
    with Api(session, "ingest", server) as api:
        given = _from_url(session, source) if source.startswith(("http://", "https://")) else _placed(articles)
        for batch in batches(counted(given, "articles")):
            _send(api, batch, articles)
    articles.finish()


def _from_url(session: Session, url: str) -> Iterator[Placed]:
    from services.cli.page import fetch_page  # noqa: PLC0415 - only a URL needs the network's guard

    yield Placed(url, _body(fetch_page(url, session.settings)))


def _placed(articles: Articles) -> Iterator[Placed]:
    for article in articles:
        yield Placed(articles.place, _body(article))


def _body(article: GivenArticle) -> bytes:
    return json.dumps(article.body(), ensure_ascii=False).encode()


def batches(articles: Iterable[Placed]) -> Iterator[list[Placed]]:
    """Group articles into requests, each within both limits."""
    batch: list[Placed] = []
    size = 0
    for article in articles:
        if batch and (len(batch) == BATCH_ARTICLES or size + len(article.body) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(article)
        size += len(article.body) + 1
    if batch:
        yield batch


def _send(api: Api, batch: list[Placed], articles: Articles) -> None:
    answer = api.try_ask("POST", PATH, content=b"\n".join(article.body for article in batch), headers=HEADERS)
    if isinstance(answer, Problem):
        answer = _all_rejected(answer, batch)
    rejected = {one["line"]: one["error"] for one in answer.get("rejected", ())}
    for line, error in rejected.items():
        articles.complain(batch[line - 1].place, error)
    taken = (article for line, article in enumerate(batch, start=1) if line not in rejected)
    for article, accepted in zip(taken, answer.get("accepted", ()), strict=False):
        _show(article, accepted)


def _all_rejected(problem: Problem, batch: list[Placed]) -> dict[str, Any]:
    """Return the list of refused lines, where that is what the problem says."""
    if problem.body.get("rejected"):
        return problem.body
    raise Failed(f"{batch[0].place}: ingest refused it ({problem.status}): {problem.detail}")


def _show(article: Placed, accepted: dict[str, Any]) -> None:
    revision = f" (revision {accepted['revision']})" if accepted["status"] == "revised" else ""
    click.echo(f"{accepted['id']} {accepted['status']}{revision}")
    for note in (*accepted.get("notes", ()), *_unread(accepted.get("language"))):
        say(f"{article.place}: {note}")


def _unread(language: str | None) -> Iterator[str]:
    """Say that no alert will come of an article in a language for which there is no file."""
    if language and language not in languages():
        yield f"its language ({language}) is none that Chokepoint reads: kept and counted, but no alert comes of it"
