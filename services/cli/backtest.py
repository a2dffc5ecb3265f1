"""`chokepoint backtest`: what classify and alert would have done with a file of articles; offline, deterministic."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from schemas.article import Article
from schemas.detection import Detection
from services.cli.articles import GivenArticle
from services.cli.errors import Failed, SomeFailed, say
from services.cli.extras import load
from services.cli.inputs import Articles
from services.cli.objects import check
from services.cli.progress import counted
from services.cli.yaml_files import NotRead, read_yaml

Read = Callable[[Article], Sequence[Detection]]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@click.command(epilog="Example: chokepoint backtest --subscription magnets-team.yaml news-2025.jsonl")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--subscription", metavar="FILE", help="YAML of one subscription: list only the alerts it would send.")
def command(files: tuple[str, ...], subscription: str | None) -> None:
    """Print the measures and alerts that articles would have made, one line of JSON a measure.

    Each FILE holds JSONL as `chokepoint classify` takes it, in time order; `-` is standard input. The same files give
    the same lines on every machine: nothing is asked of Kafka, a database or the network.
    """
    wanted = _subscription(subscription) if subscription else None
    read: Read = load("services.classify.reader", "classify").read
    replay = load("services.alert.replay", "alert").replay
    articles = Articles(files)
    for record in replay(_read_all(counted(articles, "articles"), read), wanted):
        click.echo(json.dumps(record, ensure_ascii=False))
    articles.finish()


def _read_all(articles: Iterable[GivenArticle], read: Read) -> Iterator[tuple[str, Sequence[Detection]]]:
    """Give each article's detections; one without a date counts as published with the one before it."""
    now = LONG_AGO
    for given in articles:
        now = max(now, given.published or now)
        yield given.identity(), read(given.article(now))


def _subscription(file: str) -> Any:
    """Return the one subscription of a YAML file, as the alert service's own model."""
    try:
        checked = [check(found) for found in read_yaml(file)]
    except NotRead as error:
        raise Failed(str(error)) from None
    problems = [problem for _, wrong in checked for problem in wrong]
    for problem in problems:
        say(problem)
    if problems:
        raise SomeFailed
    found = [one for one, _ in checked if one and one.kind.name == "subscription"]
    if len(found) != 1:
        raise Failed(f"{file} holds {len(found)} subscriptions; give a file with one")
    return found[0].kind.model().model_validate(found[0].document)
