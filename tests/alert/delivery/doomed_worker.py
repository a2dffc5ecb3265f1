"""A worker in a process of its own, so that it can be killed: `doomed_worker.py DATABASE_URL`."""

import asyncio
import sys

from services.alert.channels.webhook import WebhookChannel
from services.alert.delivery.settings import DeliverySettings
from services.alert.delivery.worker import Worker
from services.runtime.clock import utc_now
from services.runtime.database import Database
from services.runtime.egress import guarded_client
from tests.alert.delivery.ledger_fixture import MIGRATIONS


async def main(url: str) -> None:
    """Deliver until killed."""
    async with guarded_client(allow_private=True, timeout_seconds=5, user_agent="test") as client:
        channels = {"webhook": WebhookChannel(client, utc_now)}
        settings = DeliverySettings("https://chokepoint.example", lease_seconds=1.0, poll_seconds=0.1)
        db = Database(url, "alert", MIGRATIONS)
        await Worker(db, channels, utc_now, asyncio.Event(), settings=settings).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
