"""A stormy week in seconds: faulty destinations, workers that crash and stop, a clock that leaps to what is due."""

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.delivery.ladder import MAX_ATTEMPTS
from services.alert.objects import Destination
from services.runtime.clock import utc_now
from tests.alert.delivery.ledger_fixture import DELIVERED, Ledger, run_worker

EACH = 8
FINAL = {"delivered", "failed", "suppressed"}
LEASE_SECONDS = 30.0


@dataclass
class World:
    """Destinations with habits, and what really reached each of them."""

    dice: random.Random
    now: datetime = field(default_factory=utc_now)
    reached: "defaultdict[str, Counter[str]]" = field(default_factory=lambda: defaultdict(Counter))
    in_flight: int = 3

    def clock(self) -> datetime:
        """Return the world's time."""
        return self.now

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Do what this destination does."""
        chance = self.dice.random()
        await asyncio.sleep(self.dice.random() * 0.005)
        match destination.id:
            case "flaky" if chance < 0.6:
                return Outcome(OutcomeKind.RETRY, status_code=503, error="503")
            case "mute" if chance < 0.5:
                if chance < 0.25:
                    self.reached[destination.id][message.delivery_id] += 1
                return Outcome(OutcomeKind.UNKNOWN, error="no answer")
            case "limited" if chance < 0.4:
                return Outcome(OutcomeKind.RETRY, status_code=429, error="429", retry_after_seconds=40.0)
            case "strict" if chance < 0.3:
                return Outcome(OutcomeKind.PERMANENT, status_code=554, error="554 no")
            case "dead":
                return Outcome(OutcomeKind.RETRY, error="refused")
        self.reached[destination.id][message.delivery_id] += 1
        return DELIVERED


NAMES = ("steady", "flaky", "mute", "limited", "strict", "dead")


@pytest.mark.parametrize("seed", range(2))
async def test_after_the_storm_the_ledger_tells_the_truth(ledger: Ledger, seed: int) -> None:
    """Every delivery ends; what says delivered has arrived; only a crash repeats; each attempt is on record."""
    world = World(random.Random(seed))  # noqa: S311 - a simulation, and it must be repeatable
    for name in NAMES:
        await ledger.add_destination(name)
        await ledger.add(name, EACH, world.now)
    crashes = await _weather(ledger, world)
    found = await ledger.deliveries()
    numbers: dict[str, list[int]] = defaultdict(list)
    for row in await ledger.attempts():
        numbers[row["delivery_id"]].append(row["number"])
    for name, row in found.items():
        arrived = world.reached[row["destination_id"]][name]
        assert row["status"] in FINAL
        assert row["lease"] is None
        assert arrived >= (row["status"] == "delivered")
        assert numbers[name] == list(range(1, row["attempts"] + 1))
        assert row["attempts"] <= MAX_ATTEMPTS
    statuses = Counter((row["destination_id"], row["status"]) for row in found.values())
    assert statuses["steady", "delivered"] == EACH
    assert statuses["dead", "failed"] == EACH
    repeats = sum(count - 1 for name in ("steady", "flaky", "limited") for count in world.reached[name].values())
    assert repeats <= crashes * len(NAMES) * world.in_flight


async def _weather(ledger: Ledger, world: World) -> int:
    """Run two workers again and again, crash one now and then, leap on; gives the number of crashes."""
    crashes = 0
    while waiting := [row for row in (await ledger.deliveries()).values() if row["status"] not in FINAL]:
        due = sorted(row["due_at"] for row in waiting)
        world.now = max(world.now, due[len(due) // 2]) + timedelta(seconds=0.1)
        pair = [
            run_worker(ledger.db, world, world.clock, poll_seconds=0.02, lease_seconds=LEASE_SECONDS) for _ in range(2)
        ]
        await asyncio.sleep(0.03 + world.dice.random() * 0.05)
        if world.dice.random() < 0.3:
            crashes += 1
            await pair.pop().crash()
        for running in pair:
            await running.stop()
    return crashes
