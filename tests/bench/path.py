"""From push to webhook at 50 articles a second; baseline: one bare HTTP post to the same receiver in the same run."""

import asyncio
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from schemas.article import Article
from tests.system.acts import different_acts
from tests.system.receiver import Receiver, webhook_receiver
from tests.system.stack import Stack, running_stack

A_SECOND = 50
WARM_UP = 25


async def run(_articles: Sequence[Article]) -> None:
    """Print the median and the 99th percentile of push to webhook, in milliseconds."""
    acts = list(different_acts())
    with tempfile.TemporaryDirectory() as folder:
        async with webhook_receiver() as receiver, running_stack(Path(folder) / "home") as stack:
            await stack.subscribe(receiver.destination)
            pushed: dict[tuple[str, str], float] = {}
            for start in (0, WARM_UP):
                await _push(stack, acts[start : WARM_UP if start == 0 else None], pushed)
                await _settle(receiver, WARM_UP if start == 0 else len(acts))
            bare = await _bare(receiver)
    waited = sorted(_waits(receiver, pushed)[WARM_UP:])
    print(
        f"path: push to webhook at {A_SECOND}/s: p50 {_at(waited, 0.5):.0f} ms, p99 {_at(waited, 0.99):.0f} ms "
        f"({len(waited)} of {len(acts) - WARM_UP} arrived); a bare post p50 {bare:.1f} ms"
    )


async def _push(
    stack: Stack, acts: Sequence[tuple[dict[str, object], str, str]], pushed: dict[tuple[str, str], float]
) -> None:
    """Push one article every 20 ms, whatever the answers do."""
    loop = asyncio.get_running_loop()
    begun, tasks = loop.time(), []
    for n, (article, code, good) in enumerate(acts):
        await asyncio.sleep(max(0.0, begun + n / A_SECOND - loop.time()))
        pushed[code, good] = loop.time()
        tasks.append(asyncio.create_task(stack.push(article)))
    await asyncio.gather(*tasks)


async def _settle(receiver: Receiver, expected: int) -> None:
    for _ in range(300):
        if len(receiver.received) >= expected:
            return
        await asyncio.sleep(0.1)


def _waits(receiver: Receiver, pushed: dict[tuple[str, str], float]) -> list[float]:
    """Return each alert's way in milliseconds, in order of arrival."""
    waits = []
    for webhook_id, copies in receiver.received.items():
        measure = copies[0]["data"]["measure"]
        key = (measure["issuers"][0], measure["commodities"][0]["id"])
        waits.append((receiver.arrived_at[webhook_id] - pushed[key]) * 1000)
    return waits


async def _bare(receiver: Receiver) -> float:
    loop = asyncio.get_running_loop()
    waits = []
    async with httpx.AsyncClient() as client:
        for _ in range(50):
            started = loop.time()
            await client.get(receiver.url)
            waits.append((loop.time() - started) * 1000)
    return statistics.median(waits)


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]
