"""Signed webhooks: verified by the reference library, judged as Standard Webhooks 1.0.0 says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from schemas.alert import Alert, Change
from schemas.measure import Good
from services.alert.channels.cloud_event import MAX_BYTES, cloud_event, event_type
from services.alert.channels.contract import Because, OutcomeKind
from services.alert.channels.post import MAX_RETRY_AFTER_SECONDS, retry_after
from services.alert.channels.signature import signature_headers
from services.alert.channels.webhook import WebhookChannel
from services.alert.objects import Destination
from services.runtime.clock import utc_now
from services.runtime.egress import guarded_client
from tests.alert.channels.http_double import HttpDouble, Reply
from tests.alert.channels.sample import ARABIC, NASTY, NOW, PUBLIC_URL, alert, message, nasty_alert, reporter
from tests.alert.channels.scenes import SECRET

OLD_SECRET = "whsec_" + "b2xkc2VjcmV0" * 4


def target(double: HttpDouble, **changes: object) -> Destination:
    """Point a destination at the double."""
    return Destination.model_validate({"id": "erp", "type": "webhook", "url": double.url, "secret": SECRET, **changes})


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.binary(max_size=500).filter(_is_text), st.integers(0, 200), st.binary(min_size=24, max_size=64))
def test_our_signature_is_the_reference_librarys(body: bytes, seconds_ago: int, key: bytes) -> None:
    """For any body, key and time within the tolerance the library accepts our headers and computes the same."""
    at = utc_now() - timedelta(seconds=seconds_ago)
    headers = signature_headers([key], "dlv_1", at, body)
    reference = Webhook(key)
    assert headers["webhook-signature"] == reference.sign("dlv_1", at, body.decode())
    reference.verify(b"{}", signature_headers([key], "dlv_1", at, b"{}"))


async def test_what_arrives_is_a_signed_cloud_event(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """The library verifies it; the envelope is CloudEvents 1.0; `data` reads back as the alert."""
    outcome = await WebhookChannel(client, utc_now).send(message(), target(receiver))
    [request] = receiver.requests
    event = Webhook(SECRET).verify(request.body, request.headers)
    assert outcome.status_code == 204
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    assert request.headers["webhook-id"] == message().delivery_id
    told = alert()
    assert {name: event[name] for name in event if name != "data"} == {
        "specversion": "1.0",
        "id": told.id,
        "type": "io.chokepoint.alert.stage_changed.v1",
        "source": PUBLIC_URL,
        "subject": told.measure_id,
        "time": "2026-11-24T06:30:15Z",
        "datacontenttype": "application/json",
    }
    assert Alert.model_validate(event["data"]) == told
    assert event["data"]["links"] == {"measure": message().measure_url}
    assert event["data"]["because"] == [{"subscription": "magnets-team", "reasons": ["issuer CN", "HS 8112"]}]
    assert ARABIC in request.body.decode()


async def test_the_id_stays_and_the_time_moves(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """A second attempt bears the same id and the time of its own."""
    times = iter([NOW, NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=1)])
    channel = WebhookChannel(client, lambda: next(times))
    for attempt in (1, 2):
        await channel.send(message(attempt=attempt), target(receiver))
    first, second = (request.headers for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 3600


async def test_both_secrets_are_good_during_a_change(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """A receiver with the old or the new secret accepts; one with another does not."""
    await WebhookChannel(client, utc_now).send(message(), target(receiver, previous_secret=OLD_SECRET))
    [request] = receiver.requests
    for secret in (SECRET, OLD_SECRET):
        Webhook(secret).verify(request.body, request.headers)
    assert len(request.headers["webhook-signature"].split(" ")) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "disable"),
    [
        (Reply(200), OutcomeKind.DELIVERED, False),
        (Reply(204), OutcomeKind.DELIVERED, False),
        (Reply(299), OutcomeKind.DELIVERED, False),
        (Reply(301, b"", {"location": "http://127.0.0.1:1/other"}), OutcomeKind.RETRY, False),
        (Reply(307, b"", {"location": "/other"}), OutcomeKind.RETRY, False),
        (Reply(400), OutcomeKind.RETRY, False),
        (Reply(401), OutcomeKind.RETRY, False),
        (Reply(404), OutcomeKind.RETRY, False),
        (Reply(410), OutcomeKind.PERMANENT, True),
        (Reply(429, b"", {"retry-after": "7"}), OutcomeKind.RETRY, False),
        (Reply(500), OutcomeKind.RETRY, False),
        (Reply(drop=True), OutcomeKind.UNKNOWN, False),
    ],
    ids=lambda value: str(value.status) + "drop" * value.drop if isinstance(value, Reply) else None,
)
async def test_each_answer_has_its_meaning(
    client: httpx.AsyncClient, receiver: HttpDouble, reply: Reply, kind: OutcomeKind, disable: bool
) -> None:
    """2xx alone is success, a redirect is a failure and not followed, 410 switches off, the rest is tried again."""
    receiver.script = [reply]
    outcome = await WebhookChannel(client, lambda: NOW).send(message(), target(receiver))
    assert (outcome.kind, outcome.disable) == (kind, disable)
    assert len(receiver.requests) == 1
    assert outcome.error is None or "secret-path" not in outcome.error


async def test_of_a_long_answer_one_kilobyte_is_read(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """A receiver that never ends its answer costs a kilobyte, not the deadline."""
    receiver.script = [Reply(200, endless=True)]
    outcome = await WebhookChannel(client, lambda: NOW).send(message(), target(receiver))
    assert outcome.kind is OutcomeKind.DELIVERED
    assert outcome.answer == b"x" * 1024


async def test_the_guard_stands_before_private_addresses(receiver: HttpDouble) -> None:
    """Without leave no webhook reaches the loopback address: permanent, one line, nothing arrives."""
    async with guarded_client(allow_private=False, timeout_seconds=5, user_agent="test") as guarded:
        outcome = await WebhookChannel(guarded, lambda: NOW).send(message(), target(receiver))
    assert outcome.kind is OutcomeKind.PERMANENT
    assert outcome.error is not None
    assert "loopback" in outcome.error
    assert receiver.requests == []


async def test_secrets_are_read_at_each_sending(
    client: httpx.AsyncClient, receiver: HttpDouble, tmp_path: Path
) -> None:
    """A missing or wrong secret file is a retry with one line; a changed one counts from the next message on."""
    file, channel = tmp_path / "secret", WebhookChannel(client, utc_now)
    where = target(receiver, secret=None, secret_file=str(file))
    missing = await channel.send(message(), where)
    file.write_text("whsec_dG9vc2hvcnQ=")
    wrong = await channel.send(message(), where)
    file.write_text(SECRET + "\n")
    assert (await channel.send(message(), where)).kind is OutcomeKind.DELIVERED
    assert missing.kind is wrong.kind is OutcomeKind.RETRY
    assert str(file) in (missing.error or "")
    assert "24 to 64 bytes" in (wrong.error or "")
    Webhook(SECRET).verify(receiver.requests[0].body, receiver.requests[0].headers)


@settings(deadline=None)
@given(st.one_of(st.sampled_from(NASTY), st.text()))
def test_the_event_is_json_below_its_size_whatever_the_article_says(text: str) -> None:
    """Any text gives a readable event below 20 KB whose data is still an alert."""
    body = cloud_event(message(nasty_alert(text)))
    assert len(body) <= MAX_BYTES
    Alert.model_validate(json.loads(body)["data"])


def test_a_huge_alert_is_trimmed_and_says_what_is_missing() -> None:
    """Ten thousand names, a thousand sources, long quotes: below 20 KB, with a count of what was left out."""
    told = alert(
        evidence=alert().evidence * 200,
        severity_reasons=("&" * 3000,) * 30,
        changes=(Change(field="entities", before=["x" * 90] * 5000, after="y" * 50_000),),
        headline="漢" * 9000,
        measure={
            "entities": tuple(f"Company {n}" for n in range(10_000)),
            "sources": tuple(reporter(f"s{n}", "名" * 300, "zh") for n in range(1000)),
            "commodities": tuple(Good(id=f"g{n}", name="n" * 200, group="g") for n in range(500)),
            "instrument": "i" * 9000,
        },
    )
    because = tuple(Because("s" * 100, ("r" * 1000,) * 50) for _ in range(200))
    body = cloud_event(message(told, because=because))
    data = json.loads(body)["data"]
    assert len(body) <= MAX_BYTES
    assert data["omitted"]["entities"] + len(data["measure"]["entities"]) == 10_000
    assert data["omitted"]["sources"] + len(data["measure"]["sources"]) == 1000
    assert data["links"]["measure"] == message().measure_url
    Alert.model_validate(data)


def test_a_test_is_never_taken_for_news() -> None:
    """The test button's event has a type of its own."""
    assert event_type(replace(message(), test=True)) == "io.chokepoint.alert.test.v1"


async def test_the_trace_goes_with_the_event(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """The W3C traceparent stands in the header and in the event."""
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await WebhookChannel(client, lambda: NOW).send(message(traceparent=parent), target(receiver))
    assert receiver.requests[0].headers["traceparent"] == parent
    assert json.loads(receiver.requests[0].body)["traceparent"] == parent


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999999", MAX_RETRY_AFTER_SECONDS),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        ("-5", None),
        ("soon", None),
        ("١٢", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None) -> None:
    """Seconds and HTTP dates, never longer than a day; nonsense counts as absent."""
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_retry_after_never_raises(value: str) -> None:
    """Whatever the header says, it is a time within a day or nothing."""
    seconds = retry_after(value, datetime.now(UTC))
    assert seconds is None or 0 <= seconds <= MAX_RETRY_AFTER_SECONDS
