"""What the API, the console and the loops of the alert service are given: made once, in `create_app`."""

import asyncio
from dataclasses import dataclass

from services.alert.delivery.worker import Worker
from services.runtime.clock import Clock
from services.runtime.database import Database
from services.runtime.settings import Settings


@dataclass(frozen=True)
class Deps:
    """The parts that a request needs.

    `wake` is set after a delivery has become due (a new one, a redelivery, a test), so that the worker need not wait
    for its next look. `worker` is the running delivery worker: what it sends, it sends on the production path.
    `stopping` is set when the process is told to stop: what would listen for ever ends then. `unsubscribe_secret` is
    what unsubscribe links are signed with.
    """

    db: Database
    clock: Clock
    settings: Settings
    wake: asyncio.Event
    worker: Worker
    stopping: asyncio.Event
    unsubscribe_secret: str
