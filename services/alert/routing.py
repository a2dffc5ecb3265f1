"""To which destinations an alert goes, and why (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.alert import Alert
from services.alert.channels.contract import Because
from services.alert.matching import Matched, match
from services.alert.objects import Subscription


@dataclass(frozen=True)
class Route:
    """One destination; several subscriptions may lead there and share one delivery."""

    destination_id: str
    because: tuple[Because, ...]


def route(alert: Alert, subscriptions: Iterable[Subscription]) -> list[Route]:
    """Return the destinations of an alert by id, each with every subscription that leads there."""
    found: dict[str, list[Because]] = {}
    for subscription in subscriptions:
        matched = match(alert, subscription) if subscription.enabled else None
        if isinstance(matched, Matched):
            for destination_id in dict.fromkeys(subscription.destinations):
                because = Because(subscription=subscription.id, reasons=matched.because)
                found.setdefault(destination_id, []).append(because)
    return [Route(destination_id, tuple(because)) for destination_id, because in sorted(found.items())]
