"""Every channel, by the `type` of its destinations."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from services.alert.channels.contract import Channel
from services.alert.channels.email import EmailChannel
from services.alert.channels.log import LogChannel
from services.alert.channels.slack import SlackChannel
from services.alert.channels.webhook import WebhookChannel
from services.runtime.clock import Clock
from services.runtime.egress import guarded_client
from services.runtime.settings import Settings

USER_AGENT = "Chokepoint"
_STEP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What channels are made from."""

    settings: Settings
    client: httpx.AsyncClient
    """Guarded: it reaches no private address unless the settings allow it."""
    clock: Clock
    secret: str
    """Signs the unsubscribe tokens."""


CHANNELS: Mapping[str, Callable[[Parts], Channel]] = {
    "slack": lambda parts: SlackChannel(parts.client, parts.clock),
    "email": lambda parts: EmailChannel(parts.settings.smtp, parts.secret, parts.clock),
    "webhook": lambda parts: WebhookChannel(parts.client, parts.clock),
    "log": lambda _parts: LogChannel(),
}


@asynccontextmanager
async def open_channels(settings: Settings, secret: str, clock: Clock) -> AsyncIterator[Mapping[str, Channel]]:
    """Make every channel; close their connections at the end. `secret` signs the unsubscribe tokens."""
    async with guarded_client(
        settings.egress.allow_private, timeout_seconds=_STEP_SECONDS, user_agent=USER_AGENT
    ) as client:
        parts = Parts(settings, client, clock, secret)
        yield {name: make(parts) for name, make in CHANNELS.items()}
