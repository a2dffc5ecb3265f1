"""Kill everything, again and again: nothing accepted is lost, nothing is told twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.system.acts import different_acts
from tests.system.postgres import CrashablePostgres
from tests.system.receiver import Receiver, webhook_receiver
from tests.system.stack import SERVICES, Stack, running_stack

pytestmark = [pytest.mark.system, pytest.mark.crash]

ROUNDS = {"sqlite": 24, "postgres": 60}
PER_ROUND = 2
SETTLE_SECONDS = 120
Strike = Callable[[], Awaitable[None]]


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_kill_nine_at_random_moments_loses_and_repeats_nothing(database: str, tmp_path: Path) -> None:
    """Over many rounds one part dies in the middle of the work; at the end each act was told, and told once."""
    rng = random.Random(20261124)  # noqa: S311 - it only chooses the moments
    acts = list(islice(different_acts(), ROUNDS[database] * PER_ROUND))
    with ExitStack() as resources:
        postgres = resources.enter_context(CrashablePostgres()) if database == "postgres" else None
        extra = {"CHOKEPOINT_DATABASE__URL": postgres.url} if postgres else {}
        async with webhook_receiver() as receiver, running_stack(tmp_path / "home", extra=extra) as stack:
            await stack.subscribe(receiver.destination)
            strikes = _strikes(stack, postgres)
            accepted = await _rounds(stack, strikes, acts, rng, ROUNDS[database])
            await _settle(receiver, len(acts))
            await _nothing_lost_nothing_repeated(stack, receiver, acts, accepted)


def _strikes(stack: Stack, postgres: CrashablePostgres | None) -> list[Strike]:
    """Return every way to strike: each kills one part with SIGKILL and starts it again."""

    def service(name: str) -> Strike:
        async def strike() -> None:
            await stack.kill(name)
            await stack.start(name)

        return strike

    async def kafka() -> None:
        await stack.kafka.kill()
        await stack.kafka.start()

    async def database() -> None:
        assert postgres is not None
        await asyncio.to_thread(postgres.kill_and_restart)

    return [*map(service, SERVICES), kafka, *([database] if postgres else [])]


async def _rounds(stack: Stack, strikes: list[Strike], acts: list[Any], rng: random.Random, rounds: int) -> list[str]:
    """Push while something dies; returns the ids of the accepted articles."""
    accepted: list[str] = []
    for number in range(rounds):
        batch = [article for article, _code, _good in acts[number * PER_ROUND : (number + 1) * PER_ROUND]]
        pushing = asyncio.create_task(stack.push(*batch, patience_seconds=90))
        await asyncio.sleep(rng.uniform(0, 0.6))
        await rng.choice(strikes)()
        accepted += [one["id"] for one in await pushing]
    return accepted


async def _settle(receiver: Receiver, expected: int) -> None:
    """Wait until the alerts of all acts have come, and then a little longer for what must not come."""
    for _ in range(SETTLE_SECONDS * 5):
        if len(receiver.of_type("opened")) >= expected:
            break
        await asyncio.sleep(0.2)
    await asyncio.sleep(8)


async def _nothing_lost_nothing_repeated(
    stack: Stack, receiver: Receiver, acts: list[Any], accepted: list[str]
) -> None:
    opened = receiver.of_type("opened")
    told = Counter((alert["measure"]["issuers"][0], alert["measure"]["commodities"][0]["id"]) for alert in opened)
    wanted = Counter((code, good) for _article, code, good in acts)
    assert len(set(accepted)) == len(acts)
    assert wanted - told == Counter(), "lost"
    assert told - wanted == Counter(), "repeated, or never reported"
    assert len({alert["id"] for alert in opened}) == len(opened)
    assert all(copy == copies[0] for copies in receiver.received.values() for copy in copies)
    failed = (await stack.get("/api/v1/deliveries", status="failed"))["items"]
    assert failed == []


def test_the_address_of_the_database_names_its_socket() -> None:
    """The crash test's own database gives an address that asyncpg understands."""
    with CrashablePostgres() as postgres:
        assert parse_qs(urlsplit(postgres.url).query)["host"][0].startswith("/")
