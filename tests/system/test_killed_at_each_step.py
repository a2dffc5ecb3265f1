"""Each service dies at each step of its work, exactly there: the act is still told, once."""

import asyncio
from itertools import islice
from pathlib import Path

import pytest

from schemas.topics import ALERTS, ARTICLES, DETECTIONS
from tests.system.acts import different_acts
from tests.system.receiver import Receiver, webhook_receiver
from tests.system.stack import running_stack

pytestmark = [pytest.mark.system, pytest.mark.crash]

PUBLISH = "services.runtime.bus:Bus.publish"
STEPS = [
    ("ingest", f"{PUBLISH}:before:{ARTICLES.name}"),  # accepted by nobody yet
    ("ingest", f"{PUBLISH}:after:{ARTICLES.name}"),  # Kafka has it, ingest has no record of it
    ("ingest", "services.ingest.store:Claim.record:after"),  # recorded in a transaction that never commits
    ("classify", "services.classify.handlers:ReadArticles.__call__:before"),
    ("classify", f"{PUBLISH}:after:{DETECTIONS.name}"),  # told Kafka, the offset not committed
    ("alert", "services.alert.handlers:DetectionsHandler._take:before"),
    ("alert", "services.alert.handlers:DetectionsHandler._take:after"),  # written, not committed
    ("alert", "services.alert.handlers:DetectionsHandler.__call__:after"),  # committed, the offset not
    ("alert", f"{PUBLISH}:after:{ALERTS.name}"),  # Kafka has the alert, the outbox still holds it
    ("alert", "services.alert.channels.webhook:WebhookChannel.send:before"),  # leased, not sent
    ("alert", "services.alert.channels.webhook:WebhookChannel.send:after"),  # sent, not on record
]


async def test_a_death_at_any_step_neither_loses_nor_repeats(tmp_path: Path) -> None:
    """After each death the service starts again; every act comes once, and a repeat carries the same id and body."""
    acts = list(islice(different_acts(), len(STEPS)))
    async with webhook_receiver() as receiver, running_stack(tmp_path / "home") as stack:
        await stack.subscribe(receiver.destination)
        for number, ((service, step), (article, _code, _good)) in enumerate(zip(STEPS, acts, strict=True)):
            await _until_told(receiver, number)  # else the armed process dies of the act before
            await stack.stop(service)
            await stack.start(service, ("-m", "tests.system.die_at", step))
            await stack.until_ready(service)
            pushing = asyncio.create_task(stack.push(article, patience_seconds=90))
            assert await asyncio.wait_for(stack.processes[service].wait(), 60) == -9, step
            await stack.start(service)
            await pushing
        await _until_told(receiver, len(acts))
        await stack.ready()
        await asyncio.sleep(3)  # for what must not come
    opened = receiver.of_type("opened")
    told = sorted((alert["measure"]["issuers"][0], alert["measure"]["commodities"][0]["id"]) for alert in opened)
    assert told == sorted((code, good) for _article, code, good in acts)
    assert all(copy == copies[0] for copies in receiver.received.values() for copy in copies)
    assert len(receiver.received) == len(acts)


async def _until_told(receiver: Receiver, expected: int) -> None:
    for _ in range(600):
        if len(receiver.of_type("opened")) >= expected:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"lost: {len(receiver.of_type('opened'))} of {expected} acts were told")
