"""A worker killed with SIGKILL between sending and recording: nothing lost, nothing under a second id."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from services.alert.channels.webhook import WebhookChannel
from services.runtime.clock import utc_now
from services.runtime.egress import guarded_client
from tests.alert.channels.http_double import HttpDouble, http_double
from tests.alert.channels.scenes import SECRET
from tests.alert.delivery.ledger_fixture import Ledger, run_worker, until

ROOT = Path(__file__).parents[3]
DELIVERIES = 40


@pytest.mark.crash
async def test_a_killed_workers_messages_come_again_under_the_same_id(ledger: Ledger) -> None:
    """Three workers are killed in the middle of sending; a fourth brings every delivery home, each under one id."""
    async with (
        http_double() as double,
        guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client,
    ):
        double.delay_seconds = 0.05
        await ledger.add_destination("erp", type="webhook", url=double.url, secret=SECRET)
        ids = await ledger.add("erp", DELIVERIES)
        for _ in range(3):
            await _kill_in_the_middle(ledger, double)
        await _finish(ledger, client)
        seen = Counter(request.headers["webhook-id"] for request in double.requests)
    found = await ledger.deliveries()
    assert {row["status"] for row in found.values()} == {"delivered"}
    assert set(seen) == set(ids)
    assert max(seen.values()) > 1, "no worker was killed between sending and recording"
    for request in double.requests:
        Webhook(SECRET).verify(request.body, request.headers)
    numbers = Counter(row["delivery_id"] for row in await ledger.attempts())
    assert all(numbers[name] == found[name]["attempts"] for name in ids)


async def _kill_in_the_middle(ledger: Ledger, double: HttpDouble) -> None:
    """Start a worker, wait until it has messages under way, kill it before it can record them."""
    url = ledger.db.engine.url.render_as_string(hide_password=False)
    before = len(double.requests)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.alert.delivery.doomed_worker",
        url,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    await until(lambda: len(double.requests) > before + 2 and double.under_way > 0, 30)
    child.kill()
    await child.wait()


async def _finish(ledger: Ledger, client: httpx.AsyncClient) -> None:
    running = run_worker(ledger.db, WebhookChannel(client, utc_now))
    await ledger.settled(seconds=30)
    await running.stop()
