"""Run `python -m tests.bench [--news FOLDER] [reading|service|path|footprint|merging …]`."""

import argparse
import asyncio
from pathlib import Path

from tests.bench import footprint, merging, path, reading, service
from tests.bench.news import load

PARTS = {
    "reading": reading.run,
    "service": service.run,
    "path": path.run,
    "footprint": footprint.run,
    "merging": merging.run,
}


def main() -> None:
    """Measure the parts that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--news", type=Path, help="folder of JSONL files with real news")
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="what to measure; all by default")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    articles = load(asked.news)
    print(f"{len(articles)} articles, {sum(len(a.text) for a in articles) / len(articles):,.0f} characters on average")
    for name in asked.parts or PARTS:
        asyncio.run(PARTS[name](articles))


main()
