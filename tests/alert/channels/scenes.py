"""Each channel with a real other side, behind one face, so that one suite holds them all to the same behaviour."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from services.alert.channels.contract import Channel
from services.alert.channels.email import EmailChannel
from services.alert.channels.log import LogChannel
from services.alert.channels.slack import SlackChannel
from services.alert.channels.spacing import Spacing
from services.alert.channels.webhook import WebhookChannel
from services.alert.objects import Destination
from services.runtime.egress import guarded_client
from services.runtime.settings import SmtpSettings
from tests.alert.channels.http_double import Reply, http_double
from tests.alert.channels.sample import NOW
from tests.alert.channels.slack_double import SlackDouble
from tests.alert.channels.smtp_double import smtp_double

SECRET = "whsec_" + "c2VjcmV0" * 5
TOKEN_SECRET = "unsubscribe"
DEADLINE_SECONDS = 0.5


@dataclass
class Scene:
    """A channel, where it sends, and levers for what the other side does."""

    channel: Channel
    destination: Destination
    received: Callable[[], list[bytes]]
    """What arrived, raw."""
    refuse_for_now: Callable[[], Any]
    refuse_for_good: Callable[[], Any] | None = None
    fall_silent: Callable[[], Any] | None = None
    go_away: Callable[[], Awaitable[Any]] | None = None


@asynccontextmanager
async def webhook_scene() -> AsyncIterator[Scene]:
    """Set up a signed webhook."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            guarded_client(allow_private=True, timeout_seconds=5, user_agent="test")
        )
        going = await stack.enter_async_context(AsyncExitStack())
        double = await going.enter_async_context(http_double())
        yield Scene(
            WebhookChannel(client, lambda: NOW, DEADLINE_SECONDS),
            Destination(id="erp", type="webhook", url=double.url, secret=SecretStr(SECRET)),
            received=lambda: [request.body for request in double.requests],
            refuse_for_now=lambda: double.script.append(Reply(503)),
            refuse_for_good=lambda: double.script.append(Reply(410)),
            fall_silent=lambda: double.script.append(Reply(silent=True)),
            go_away=going.aclose,
        )


@asynccontextmanager
async def slack_scene() -> AsyncIterator[Scene]:
    """Slack's incoming webhook."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            guarded_client(allow_private=True, timeout_seconds=5, user_agent="test")
        )
        going = await stack.enter_async_context(AsyncExitStack())
        double = await going.enter_async_context(http_double())
        double.rule = SlackDouble()
        yield Scene(
            SlackChannel(client, lambda: NOW, Spacing(0), DEADLINE_SECONDS),
            Destination(id="room", type="slack", url=double.url),
            received=lambda: [request.body for request in double.requests],
            refuse_for_now=lambda: double.script.append(Reply(500, b"rollup_error")),
            refuse_for_good=lambda: double.script.append(Reply(403, b"action_prohibited")),
            fall_silent=lambda: double.script.append(Reply(silent=True)),
            go_away=going.aclose,
        )


@asynccontextmanager
async def email_scene() -> AsyncIterator[Scene]:
    """Set up a mail server without TLS; TLS has its own tests."""
    async with AsyncExitStack() as going:
        mailbox = await going.enter_async_context(smtp_double())
        smtp = SmtpSettings(host="127.0.0.1", port=mailbox.port, tls="off", sender="Chokepoint <alerts@example.org>")
        yield Scene(
            EmailChannel(smtp, TOKEN_SECRET, lambda: NOW, deadline_seconds=DEADLINE_SECONDS),
            Destination(id="team", type="email", to=("buyer@example.org",)),
            received=lambda: mailbox.raw,
            refuse_for_now=lambda: setattr(mailbox, "data_reply", "451 try later"),
            refuse_for_good=lambda: setattr(mailbox, "data_reply", "554 no"),
            fall_silent=lambda: setattr(mailbox, "silent", True),
            go_away=going.aclose,
        )


@asynccontextmanager
async def log_scene() -> AsyncIterator[Scene]:
    """Set up a stream of lines."""
    stream = io.StringIO()
    lines: list[bytes] = []

    def received() -> list[bytes]:
        lines[:] = lines if stream.closed else stream.getvalue().encode().splitlines()
        return lines

    yield Scene(LogChannel(stream), Destination(id="log", type="log"), received, refuse_for_now=stream.close)


SCENES = {"webhook": webhook_scene, "slack": slack_scene, "email": email_scene, "log": log_scene}
