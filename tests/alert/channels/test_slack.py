"""Slack: within its limits, nothing injected, its words understood."""

import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alert.channels.contract import Because, Message, OutcomeKind
from services.alert.channels.slack import SlackChannel
from services.alert.channels.slack_blocks import escaped, inert, slack_payload
from services.alert.channels.spacing import Spacing
from services.alert.objects import Destination
from tests.alert.channels.http_double import HttpDouble, Reply, Request
from tests.alert.channels.sample import NASTY, NOW, PUBLIC_URL, alert, message, nasty_alert
from tests.alert.channels.slack_double import SlackDouble, emphasised


def room(double: HttpDouble) -> Destination:
    """Point a destination at the double."""
    return Destination(id="room", type="slack", url=double.url)


def shown(told: Message) -> tuple[bytes, SlackDouble]:
    """Ask the double what it makes of a message."""
    double = SlackDouble()
    return double(Request("/", {}, json.dumps(slack_payload(told)).encode())).body, double


@settings(deadline=None)
@given(st.one_of(st.sampled_from(NASTY), st.text(), st.text(alphabet="<>&!@#|*_~`\n ", max_size=400)))
def test_no_article_can_mention_link_or_emphasise(text: str) -> None:
    """Slack takes every message; nobody is mentioned, and links lead only where we point."""
    answer, double = shown(message(nasty_alert(text)))
    assert answer == b"ok"
    assert double.mentions == []
    for link in double.links:
        assert link.startswith((PUBLIC_URL, "https://news.example/"))
        assert not emphasised(link.partition("|")[2])


def test_the_example_says_everything() -> None:
    """Headline, stage, who to whom, goods with HS, date, severity with reasons, quote, sources and why."""
    blocks = json.dumps(slack_payload(message())["blocks"], ensure_ascii=False)
    for part in (
        "China adopts export controls",
        "adopted",
        "→",
        "Gallium (HS 8112.92)",
        "2026-12-01",
        "severity *high*",
        "adopted by the main producer",
        "الغاليوم",
        "Arabic",
        "https://news.example/ar/1",
        "Official Gazette",
        "magnets-team: issuer CN; HS 8112",
    ):
        assert part in blocks


def test_a_message_far_too_long_is_shortened_and_keeps_its_head() -> None:
    """With every text at its longest, headline, summary and the way to the rest remain."""
    told = nasty_alert("&" * 9000)
    because = tuple(Because("s" * 100, ("&" * 500,) * 20) for _ in range(20))
    answer, double = shown(message(told, because=because, may_repeat=True))
    assert answer == b"ok"
    assert any(link.startswith(PUBLIC_URL) for link in double.links)


def test_text_is_inert() -> None:
    """The three control characters are escaped once, emphasis marks are replaced."""
    assert escaped("a & <b>") == "a &amp; &lt;b&gt;"
    assert not emphasised(inert("*a* _b_ ~c~ `d`"))


@pytest.mark.parametrize(
    ("reply", "kind", "disable"),
    [
        (Reply(200, b"ok"), OutcomeKind.DELIVERED, False),
        (Reply(200, b"<html>log in</html>"), OutcomeKind.RETRY, False),
        (Reply(302, b"", {"location": "http://127.0.0.1:1/"}), OutcomeKind.RETRY, False),
        (Reply(400, b"invalid_payload"), OutcomeKind.PERMANENT, False),
        (Reply(403, b"action_prohibited"), OutcomeKind.PERMANENT, False),
        (Reply(404, b"no_service"), OutcomeKind.PERMANENT, True),
        (Reply(410, b"channel_is_archived"), OutcomeKind.PERMANENT, True),
        (Reply(408, b""), OutcomeKind.RETRY, False),
        (Reply(500, b"rollup_error"), OutcomeKind.RETRY, False),
        (Reply(503, b""), OutcomeKind.RETRY, False),
    ],
    ids=lambda value: f"{value.status}-{value.body.decode()[:20]}" if isinstance(value, Reply) else None,
)
async def test_slacks_words_are_understood(
    client: httpx.AsyncClient, receiver: HttpDouble, reply: Reply, kind: OutcomeKind, disable: bool
) -> None:
    """Each documented answer has its meaning; a webhook that is gone is switched off."""
    receiver.script = [reply]
    outcome = await SlackChannel(client, lambda: NOW, Spacing(0)).send(message(), room(receiver))
    assert (outcome.kind, outcome.disable) == (kind, disable)
    assert outcome.error is None or "secret-path" not in outcome.error


async def test_a_pause_that_slack_asks_for_is_passed_on(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """429 with Retry-After is a retry no sooner than that."""
    receiver.script = [Reply(429, b"rate_limited", {"retry-after": "30"})]
    outcome = await SlackChannel(client, lambda: NOW, Spacing(0)).send(message(), room(receiver))
    assert (outcome.kind, outcome.retry_after_seconds) == (OutcomeKind.RETRY, 30)


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long"])
async def test_blocks_that_slack_refuses_go_out_as_plain_text(
    client: httpx.AsyncClient, receiver: HttpDouble, word: str
) -> None:
    """A message is shortened, never lost."""
    double = SlackDouble(refuse_blocks=word)
    receiver.rule = double
    outcome = await SlackChannel(client, lambda: NOW, Spacing(0)).send(message(), room(receiver))
    assert outcome.kind is OutcomeKind.DELIVERED
    assert outcome.error is not None
    assert word in outcome.error
    assert alert().headline in double.shown[0]["text"]


async def test_a_repeat_says_that_it_may_be_one(client: httpx.AsyncClient, receiver: HttpDouble) -> None:
    """Slack cannot drop a repeat, so the reader is told."""
    await SlackChannel(client, lambda: NOW, Spacing(0)).send(message(may_repeat=True), room(receiver))
    assert b"you may see this twice" in receiver.requests[0].body


async def test_each_address_gets_one_message_a_second() -> None:
    """Turns to one address are a second apart, in the order of asking; another address does not wait."""
    now, slept = [100.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    spacing = Spacing(1.0, monotonic=lambda: now[0], sleep=sleep)
    for key in ("a", "a", "a", "b"):
        await spacing.turn(key)
    assert slept == [1.0, 2.0]
    now[0] += 10
    await spacing.turn("a")
    assert slept == [1.0, 2.0]


async def test_the_address_is_read_when_it_is_needed(
    client: httpx.AsyncClient, receiver: HttpDouble, tmp_path: Path
) -> None:
    """A missing file is a retry with one line; the file that comes later is used without a restart."""
    file = tmp_path / "slack-url"
    channel, target = (
        SlackChannel(client, lambda: NOW, Spacing(0)),
        Destination(id="room", type="slack", url_file=str(file)),
    )
    missing = await channel.send(message(), target)
    assert missing.kind is OutcomeKind.RETRY
    assert missing.error is not None
    assert "url_file" in missing.error
    receiver.script = [Reply(200, b"ok")]
    file.write_text(receiver.url + "\n")
    assert (await channel.send(message(), target)).kind is OutcomeKind.DELIVERED
