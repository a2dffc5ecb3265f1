"""What every channel takes and gives back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from schemas.alert import Alert
from services.alert.objects import Destination

ANSWER_BYTES = 1024
"""How much of an answer is kept on record."""


class OutcomeKind(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    """The other side has confirmed it."""
    RETRY = "retry"
    """It has certainly not arrived; the next rung of the ladder tries again."""
    PERMANENT = "permanent"
    """It will never be taken in this form; trying again is pointless."""
    UNKNOWN = "unknown"
    """It was sent and no answer came; it is sent again under the same id, so that a receiver can drop the repeat."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    kind: OutcomeKind
    status_code: int | None = None
    """HTTP status or SMTP reply code."""
    latency_ms: int = 0
    answer: bytes = b""
    """The first `ANSWER_BYTES` bytes of the answer."""
    error: str | None = None
    """One line for people: what went wrong and what to do."""
    retry_after_seconds: float | None = None
    """The other side asked for this pause."""
    disable: bool = False
    """The other side wants no more: the destination is switched off with `error` as the reason."""


@dataclass(frozen=True, slots=True)
class Because:
    """Which subscription led here, and what in the alert met it."""

    subscription: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One attempt to tell one alert to one destination."""

    alert: Alert
    delivery_id: str
    """Stable over retries (`delivery.identity`): receivers drop a repeat by it."""
    attempt: int
    """Counted from 1."""
    public_url: str
    """The installation's own address, for links."""
    because: tuple[Because, ...] = ()
    may_repeat: bool = False
    """An earlier attempt may have arrived without our knowing."""
    test: bool = False
    """Somebody pressed the test button; nothing has happened in the world."""
    traceparent: str | None = None

    @property
    def measure_url(self) -> str:
        """The page with the measure's history, evidence and articles."""
        return f"{self.public_url.rstrip('/')}/measures/{self.alert.measure_id}"


class Channel(Protocol):
    """One way of telling people."""

    @property
    def in_flight(self) -> int:
        """How many messages one destination bears at the same time."""

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Make one attempt. Raises nothing but cancellation; whatever the other side does is an outcome."""
