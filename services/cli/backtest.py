"""`chokepoint backtest`: what classify and alert would have done with a file of articles; offline, deterministic."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from schemas.article import Article
from schemas.detection import Detection
from services.cli.articles import GivenArticle
from services.cli.errors import Failed, SomeFailed, say
from services.cli.extras import load
from services.cli.inputs import STDIN, Articles
from services.cli.objects import check
from services.cli.progress import counted
from services.cli.timeline import page
from services.cli.yaml_files import NotRead, read_yaml

Read = Callable[[Article], Sequence[Detection]]
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


class Spoken(NamedTuple):
    """What one article says, and when it said so."""

    published: datetime
    article_id: str
    detections: Sequence[Detection]


@click.command(epilog="Example: chokepoint backtest --html timeline.html news-2025.jsonl > measures.jsonl")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--subscription", metavar="FILE", help="YAML of one subscription: list only the alerts it would send.")
@click.option("--html", metavar="FILE", help="Write a picture too: measures over time, with stages and articles.")
def command(files: tuple[str, ...], subscription: str | None, html: str | None) -> None:
    """Print the measures and alerts that articles would have made, one line of JSON a measure.

    Each FILE holds JSONL as `chokepoint classify` takes it; `-` is standard input. Articles are taken in order of
    publication, those without a date last. The same articles give the same lines on every machine: nothing is asked
    of Kafka, a database or the network.
    """
    wanted = _subscription(subscription) if subscription else None
    read: Read = load("services.classify.reader", "classify").read
    replay = load("services.alert.replay", "alert").replay
    articles = Articles(files)
    given = counted(articles, "articles", articles.total() if "-" not in files else None)
    records = replay(_in_order(_read_all(given, read)), wanted)
    for record in records:
        click.echo(json.dumps(record, ensure_ascii=False))
    if html:
        _draw(records, html, ", ".join(Path(file).name if file != "-" else STDIN for file in files))
    articles.finish()


def _read_all(articles: Iterable[GivenArticle], read: Read) -> Iterator[Spoken]:
    """Give what each article says, and nothing of those that say nothing: of 100,000 articles few are kept."""
    for given in articles:
        found = read(given.article(given.published or LONG_AGO))
        if found:
            kept = [detection.model_copy(update={"reasons": ()}) for detection in found]
            yield Spoken(given.published or NEVER, given.identity(), kept)


def _in_order(spoken: Iterable[Spoken]) -> Iterator[tuple[str, Sequence[Detection]]]:
    """Give detections by article, in order of publication, whatever order the files have."""
    for one in sorted(spoken, key=lambda one: (one.published, one.article_id)):
        yield one.article_id, one.detections


def _draw(records: Sequence[dict[str, Any]], file: str, subject: str) -> None:
    try:
        Path(file).write_text(page(records, subject), "utf-8")
    except OSError as error:
        raise Failed(f"{file}: {error.strerror or error}; give a file that can be written") from None


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
