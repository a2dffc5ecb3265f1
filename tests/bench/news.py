"""The news that is measured over."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.article import Article, Source, SourceKind

SOURCE = Source(id="bench", name="Bench", kind=SourceKind.NEWS)


def load(folder: Path | None) -> list[Article]:
    """Return the articles of a folder of JSONL files, or the demo's news."""
    if folder is None:
        texts = [files("services.cli.demo").joinpath("news.jsonl").read_text("utf-8")]
    else:
        texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.jsonl"))]
    return [
        _article(n, json.loads(line)) for n, line in enumerate(line for text in texts for line in text.splitlines())
    ]


def _article(number: int, row: dict[str, Any]) -> Article:
    return Article(
        id=f"bench-{number}",
        source=SOURCE,
        title=row["title"],
        text=row["text"],
        language=row.get("lang"),
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
