"""The id that a delivery bears for ever: receivers drop a repeat by it."""

from schemas.base import stable_id


def delivery_id(alert_id: str, destination_id: str) -> str:
    """Return the id of this alert's delivery to this destination.

    It is the `webhook-id` of Standard Webhooks and the local part of a mail's Message-ID: the same on every attempt,
    by every worker, after every crash. Two subscriptions that lead to the same destination share one delivery.
    """
    return stable_id("dlv", alert_id, destination_id)
