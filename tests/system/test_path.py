"""The main job on real parts: news in, one alert out, in a system at a webhook, in a mailbox and in Slack."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from itertools import permutations
from pathlib import Path

import pytest
import pytest_asyncio

from schemas.article import Article
from services.alert.replay import replay
from services.classify.reader import read
from services.local.kafka import KafkaServer
from tests.alert.channels.http_double import HttpDouble, http_double
from tests.alert.channels.slack_double import SlackDouble
from tests.alert.channels.smtp_double import Mailbox, smtp_double
from tests.system.pact import ENGLISH, LOOK_ALIKE, REPORTS
from tests.system.postgres import CrashablePostgres
from tests.system.receiver import Receiver, webhook_receiver
from tests.system.stack import SERVICES, Stack, running_stack

pytestmark = pytest.mark.system


@pytest_asyncio.fixture(loop_scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    """Run a mail server."""
    async with smtp_double() as mailbox:
        yield mailbox


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[HttpDouble]:
    """Run a Slack that enforces its documented limits."""
    async with http_double() as double:
        double.rule = SlackDouble()
        yield double


@pytest_asyncio.fixture(loop_scope="session")
async def receiver() -> AsyncIterator[Receiver]:
    """Run a webhook receiver that verifies signatures."""
    async with webhook_receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture(loop_scope="session", params=["sqlite", "postgres"])
async def stack(request: pytest.FixtureRequest, tmp_path: Path, mailbox: Mailbox) -> AsyncIterator[Stack]:
    """Run everything on each database, with a broker of its own."""
    smtp = {
        "CHOKEPOINT_SMTP__HOST": "127.0.0.1",
        "CHOKEPOINT_SMTP__PORT": str(mailbox.port),
        "CHOKEPOINT_SMTP__TLS": "off",
    }
    if request.param == "sqlite":
        async with running_stack(tmp_path / "home", extra=smtp) as stack:
            yield stack
        return
    with CrashablePostgres() as postgres:
        async with running_stack(tmp_path / "home", extra={**smtp, "CHOKEPOINT_DATABASE__URL": postgres.url}) as stack:
            yield stack


async def until(holds: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Wait until something holds; fail with its name."""
    for _ in range(int(seconds / 0.05)):
        if holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


async def test_one_pact_in_three_languages_is_told_once_everywhere(
    stack: Stack, receiver: Receiver, mailbox: Mailbox, slack: HttpDouble
) -> None:
    """Three reports, a look-alike, and all of it again: one measure, one opened alert at each of three destinations."""
    shown = slack.rule
    assert isinstance(shown, SlackDouble)
    every = ["opened", "stage_changed", "updated", "corroborated", "retracted"]
    await stack.subscribe(receiver.destination, types=every)
    await stack.subscribe({"kind": "destination", "id": "desk", "type": "email", "to": ["buyer@example.org"]})
    await stack.subscribe({"kind": "destination", "id": "channel", "type": "slack", "url": slack.url})
    reports = list(REPORTS)
    random.Random(7).shuffle(reports)  # noqa: S311 - any order will do

    for report in (*reports, LOOK_ALIKE):
        await stack.push(report)
        await asyncio.sleep(1)
    await until(lambda: len(receiver.of_type("corroborated")) == 2, "two corroborations at the webhook")
    await until(lambda: len(mailbox.mails) == 1 and len(shown.shown) == 1, "a mail and a post")

    (opened,) = receiver.of_type("opened")
    measure = opened["measure"]
    assert (measure["kind"], measure["stage"], measure["issuers"]) == ("supply_pact", "adopted", ["JP", "US"])
    assert {good["id"] for good in measure["commodities"]} <= {"critical-minerals", "rare-earths"}
    assert {event["data"]["measure_id"] for event in receiver.events} == {opened["measure_id"]}
    assert opened["headline"] in str(mailbox.mails[0]["Subject"])
    assert opened["evidence"]

    again = await stack.push(*REPORTS, LOOK_ALIKE)
    assert {one["status"] for one in again} == {"unchanged"}
    known = (await stack.get("/api/v1/measures"))["items"]
    assert [one["id"] for one in known] == [opened["measure_id"]]
    one = await stack.get(f"/api/v1/measures/{opened['measure_id']}")
    assert {report["detection"]["article"]["language"] for report in one["reports"]} == {"ar", "en", "fa"}
    assert (len(mailbox.mails), len(shown.shown), len(receiver.events)) == (1, 1, 3)


async def test_every_process_ends_within_ten_seconds_and_carries_on_afterwards(
    stack: Stack, receiver: Receiver
) -> None:
    """SIGTERM in the middle of the work ends each process in time with status 0; what was accepted is still told."""
    await stack.subscribe(receiver.destination)
    await stack.push(ENGLISH)
    for service in SERVICES:
        seconds = await stack.stop(service)
        assert seconds < 10
        assert stack.processes[service].returncode == 0
    for service in SERVICES:
        await stack.start(service)
    await until(lambda: len(receiver.of_type("opened")) == 1, "the alert, after the restart", seconds=60)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_the_order_one_alert_opens_the_pact(order: tuple[int, ...]) -> None:
    """In each of the six orders of the three reports: one measure, opened once, corroborated twice."""
    fetched = {"fetched_at": "2025-10-30T00:00:00Z"}
    articles = [Article.model_validate({"id": REPORTS[n]["url"], **fetched, **REPORTS[n]}) for n in order]
    (measure,) = replay([(article.id, read(article)) for article in articles])
    assert [alert["type"] for alert in measure["alerts"]] == ["opened", "corroborated", "corroborated"]


async def test_a_broker_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """With Kafka gone, pushing is refused with a clear answer, and everything goes on when it is back."""
    kafka = KafkaServer(tmp_path / "kafka")
    await kafka.start()
    try:
        async with webhook_receiver() as receiver, running_stack(tmp_path / "home", kafka) as stack:
            hook = {
                "kind": "destination",
                "id": "erp",
                "type": "webhook",
                "url": receiver.url,
                "secret": receiver.secret,
            }
            await stack.subscribe(hook)
            await kafka.kill()
            refused = await stack.client.post(f"{stack.url('ingest')}/api/v1/articles", json=ENGLISH)
            assert refused.status_code == 503
            assert refused.headers["content-type"] == "application/problem+json"
            await kafka.start()
            await stack.push(ENGLISH)
            await until(lambda: len(receiver.of_type("opened")) == 1, "the alert", seconds=60)
            assert all(process.returncode is None for process in stack.processes.values())
    finally:
        await kafka.stop()
