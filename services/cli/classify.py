"""`chokepoint classify`: articles in, what they report out; no Kafka, no network."""

import json
from typing import Any

import click

from schemas.article import Article
from services.cli.errors import one_line
from services.cli.extras import load
from services.cli.inputs import Articles, file_or_pipe
from services.cli.progress import counted
from services.cli.table import HEADER, passed_over_rows, rows
from services.runtime.clock import utc_now

Explained = list[dict[str, Any]] | None
"""What was passed over; None where nobody asked."""


@click.command(epilog="Example: chokepoint classify --format table --explain article.txt")
@click.argument("file", required=False)
@click.option("--format", "form", type=click.Choice(["jsonl", "table"]), default="jsonl", show_default=True)
@click.option("--explain", is_flag=True, help="Also show what was considered and passed over, and why.")
def command(file: str | None, form: str, *, explain: bool) -> None:
    """Read articles and print what they report: export controls, sanctions and supply pacts.

    FILE holds one article as plain text (the first line is the title), or JSONL: one object a line with title and
    text, and where known id, lang, published and url. `-` is standard input. Out comes one line of JSON an article,
    in order: its id and its detections, and `unsupported` with the language where it is none that Chokepoint reads.
    """
    articles = Articles((file_or_pipe(file),))
    reader = load("services.classify.reader", "classify")
    show = _table if form == "table" else _json
    if form == "table":
        click.echo(HEADER)
    for given in counted(articles, "articles"):
        article = given.article(utc_now())
        reading = reader.study(article)
        passed_over = [_told(one) for _, one in reading.judged if not one.told] if explain else None
        click.echo(show(article, reading, passed_over))
    articles.finish()


def _told(judgement: Any) -> dict[str, Any]:
    """Return what a judgement says that the article does not report, as JSON."""
    return {
        "kind": judgement.candidate.kind.value,
        "stage": judgement.stage.value,
        "issuers": sorted(judgement.issuers),
        "targets": sorted(judgement.targets),
        "commodities": sorted(judgement.goods),
        "confidence": round(judgement.confidence, 4),
        "because": [*([judgement.told_by] if judgement.told_by else []), *judgement.reasons],
    }


def _json(article: Article, reading: Any, passed_over: Explained) -> str:
    found = [detection.model_dump(mode="json") for detection in reading.detections]
    line: dict[str, Any] = {"id": article.id, "detections": found}
    if reading.unsupported:
        line["unsupported"] = reading.unsupported
    if passed_over is not None:
        line["passed_over"] = passed_over
    return json.dumps(line, ensure_ascii=False)


def _table(article: Article, reading: Any, passed_over: Explained) -> str:
    lines = ["", f"{one_line(article.id)}  {one_line(article.title or article.text[:80])}"]
    lines += rows(reading.detections, explain=passed_over is not None)
    if reading.unsupported:
        lines.append(f"not read: its language ({reading.unsupported}) is none that Chokepoint reads")
    elif not reading.detections:
        lines.append("no measure")
    return "\n".join([*lines, *passed_over_rows(passed_over or ())])
