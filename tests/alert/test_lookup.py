"""How a report finds the measures it may belong to, among however many there are."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from schemas.detection import Detection
from services.alert.known import KnownMeasure
from services.alert.lookup import NEAREST_BY_ONE, keys_of, searches_for, searches_for_related
from services.alert.measure import found
from services.alert.replay import Memory
from services.alert.store.measures import MeasureStore, _searching, _values
from services.runtime.database import Database
from tests.alert.reports import DAY0, LATER, control, measure_of, pact, sanction

CODES = ("CN", "US", "EU", "RU", "IN")
GOODS = ("gallium", "rare-earths", "crude-oil", "rice", "")
STAGES = ("proposed", "adopted", "expanded", "eased", "ended")


def some_report(chance: random.Random, day: float) -> Detection:
    """Return a report with facts drawn from few, so that many share some."""
    facts = {
        "issuers": " ".join(chance.sample(CODES, chance.choice([0, 1, 1, 2]))),
        "goods": chance.choice(GOODS),
        "day": day,
    }
    kind = chance.choice([control, sanction, pact])
    if kind is not pact:
        facts["targets"] = chance.choice([*CODES, ""])
    entities = chance.choice([(), ("Rosneft",), ("Huawei", "SMIC")])
    return kind(chance.choice(STAGES), entities=entities, **facts)


async def test_the_database_and_the_replay_find_the_same(db: Database) -> None:
    """One plan of searches, two ways to carry it out: by index and in memory."""
    chance = random.Random(5)  # noqa: S311 - not for secrets
    memory, store = Memory(), MeasureStore()
    async with db.write() as connection:
        for _ in range(150):
            measure = found(some_report(chance, chance.uniform(-900, 200)), LATER)
            memory.keep(measure)
            await store.save(connection, measure, LATER)
        for _ in range(60):
            detection = some_report(chance, chance.uniform(-300, 200))
            at = detection.article.published_at or DAY0
            by_index = await MeasureStore().candidates(connection, detection, at)
            assert by_index == memory.find(searches_for(detection, at))
            related = await MeasureStore().related(connection, detection, at)
            assert related == memory.find(searches_for_related(detection, at))


async def test_a_look_up_walks_along_an_index_and_never_through_the_table(db: Database) -> None:
    """The database's own plan reads the keys by index, so its cost does not grow with the table."""
    detection = sanction("ended", issuers="US EU", targets="RU BY", goods="crude-oil", entities=["Rosneft"])
    searches = searches_for(detection, DAY0)
    statement = _searching(tuple((search.side, search.phase is not None) for search in searches))
    async with db.read() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("SET enable_seqscan = off"))  # a table this small is read faster in one go
        plan = text(f"EXPLAIN {'QUERY PLAN' if connection.dialect.name == 'sqlite' else ''} {statement.text}")
        explained = plan.bindparams(*statement._bindparams.values())  # the same types of values
        lines = [" ".join(map(str, row)) for row in await connection.execute(explained, _values(searches))]
    reading = [line for line in lines if "measure_keys" in line]
    assert reading
    assert not [line for line in reading if "SCAN measure_keys" in line or "Seq Scan" in line]
    assert not [line for line in lines if "TEMP B-TREE FOR ORDER BY" in line]


BUSY = [
    ("a few facts", control(issuers="CN", goods="gallium")),
    (
        "as many as a text can name",
        sanction(
            "ended",
            issuers=" ".join(CODES),
            targets=" ".join(CODES),
            goods="gallium rice crude-oil",
            entities=[f"Company {n}" for n in range(100)],
        ),
    ),
    ("nobody who acts", sanction(targets="RU", entities=[f"Ship {n}" for n in range(100)])),
]


@pytest.mark.parametrize(("_name", "detection"), BUSY)
def test_a_look_up_reads_a_bounded_number_of_rows(_name: str, detection: Detection) -> None:
    """However much a report names, it asks for a bounded number of short walks."""
    for searches in (searches_for(detection, DAY0), searches_for_related(detection, DAY0)):
        assert len(searches) <= 100
        assert sum(search.limit for search in searches) <= 20 * NEAREST_BY_ONE + 1000


FAR: dict[str, tuple[KnownMeasure, Callable[[], Detection], bool]] = {
    "the same good two years later": (
        measure_of(control(issuers="CN", goods="gallium", day=-730)),
        lambda: control("eased", issuers="CN", goods="gallium"),
        True,
    ),
    "a good within the other": (
        measure_of(control(issuers="CN", goods="critical-minerals", day=-730)),
        lambda: control("eased", issuers="CN", goods="gallium"),
        True,
    ),
    "the issuer alone": (
        measure_of(control(issuers="CN", goods="rice", day=-730)),
        lambda: control("eased", issuers="CN", goods="gallium"),
        False,
    ),
    "the issuer alone, some weeks later": (
        measure_of(control(issuers="CN", goods="rice", day=-40)),
        lambda: control("eased", issuers="CN", goods="gallium"),
        True,
    ),
    "the same target": (
        measure_of(sanction(issuers="US", targets="SY", day=-730)),
        lambda: sanction("ended", issuers="US", targets="SY"),
        True,
    ),
    "the same number, written out": (
        measure_of(sanction("proposed", issuers="EU", instrument="19th package", day=-90)),
        lambda: sanction(issuers="EU", instrument="dix-neuvième paquet"),
        True,
    ),
    "an earlier stage long after": (
        measure_of(control("ended", issuers="CN", goods="gallium", day=-730)),
        lambda: control(issuers="CN", goods="gallium"),
        False,
    ),
    "more than three years": (
        measure_of(control(issuers="CN", goods="gallium", day=-1200)),
        lambda: control("eased", issuers="CN", goods="gallium"),
        False,
    ),
}


@pytest.mark.parametrize("name", FAR)
def test_long_after_two_facts_must_be_shared(name: str) -> None:
    """Within weeks the issuer is enough to be compared; later it takes a second fact, and a stage to follow."""
    measure, later, is_found = FAR[name]
    memory = Memory()
    memory.keep(measure)
    assert bool(memory.find(searches_for(later(), DAY0))) is is_found


def test_a_key_is_never_longer_than_its_column() -> None:
    """A name as long as a text makes a key that fits."""
    measure = measure_of(sanction(issuers="US", targets="RU", entities=["x" * 1000]))
    assert all(len(key) <= 200 for key in keys_of(measure))
    memory = Memory()
    memory.keep(measure)
    again = sanction(issuers="US", entities=["x" * 1000], day=1)
    assert memory.find(searches_for(again, DAY0 + timedelta(days=1))) == [measure]
