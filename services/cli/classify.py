"""`chokepoint classify`: articles in, what they report out; no Kafka, no network."""

import json
from collections.abc import Callable, Iterator, Sequence

import click

from schemas.article import Article
from schemas.detection import Detection
from services.cli.articles import GivenArticle
from services.cli.extras import load
from services.cli.inputs import Articles, file_or_pipe
from services.cli.progress import counted
from services.cli.table import HEADER, rows
from services.runtime.clock import utc_now

Read = Callable[[Article], Sequence[Detection]]


@click.command(epilog="Example: chokepoint classify --format table --explain article.txt")
@click.argument("file", required=False)
@click.option("--format", "form", type=click.Choice(["jsonl", "table"]), default="jsonl", show_default=True)
@click.option("--explain", is_flag=True, help="In the table, show the words and the reasons behind each claim.")
def command(file: str | None, form: str, *, explain: bool) -> None:
    """Read articles and print what they report: export controls, sanctions and supply pacts.

    FILE holds one article as plain text (the first line is the title), or JSONL: one object a line with title and
    text, and where known id, lang, published and url. `-` is standard input. Out comes one line of JSON an article,
    in order: its id and its detections.
    """
    articles = Articles((file_or_pipe(file),))
    read: Read = load("services.classify.reader", "classify").read
    if form == "table":
        click.echo(HEADER)
    for given in counted(articles, "articles"):
        detections = read(given.article(utc_now()))
        lines = _table(given, detections, explain=explain) if form == "table" else [_json(given, detections)]
        for line in lines:
            click.echo(line)
    articles.finish()


def _json(given: GivenArticle, detections: Sequence[Detection]) -> str:
    found = [detection.model_dump(mode="json") for detection in detections]
    return json.dumps({"id": given.identity(), "detections": found}, ensure_ascii=False)


def _table(given: GivenArticle, detections: Sequence[Detection], *, explain: bool) -> Iterator[str]:
    title = given.title.strip() or f"{given.text.strip()[:80]}…"
    yield f"\n{given.identity()}  {click.unstyle(title)}"
    if not detections:
        yield "no measure"
    yield from rows(detections, explain=explain)
