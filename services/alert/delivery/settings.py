"""What the delivery worker may take and how long."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """Bounds of one worker; the defaults suit one process."""

    public_url: str
    """The installation's own address, for links in messages."""
    in_flight: int = 96
    """Messages under way at once, in all; below the HTTP client's pool, so that none waits for a connection."""
    batch: int = 64
    """Deliveries looked at in one transaction."""
    send_seconds: float = 20.0
    """The longest attempt. Each channel has a shorter limit of its own."""
    lease_seconds: float = 30.0
    """How long a claimed delivery is this worker's alone: longer than any attempt and its recording."""
    poll_seconds: float = 1.0
    """Another copy's deliveries are seen at the latest after this time; our own wake us at once."""
    gather_seconds: float = 0.003
    """While messages are under way, results gather this long before they are recorded in one transaction."""
    stop_seconds: float = 4.0
    """What is under way may still finish in this time when the service stops."""
