"""Signed webhooks: CloudEvents 1.0 in Standard Webhooks 1.0.0.

2xx is delivered. 410 switches the destination off. Everything else is tried again along the ladder, as the
specification asks: a 404 or a 401 is most often a receiver in the middle of a change, and giving up on it would lose
the alert. A redirect is a failure and never followed. `webhook-id` is the delivery's id, the same on every attempt;
`webhook-timestamp` is the attempt's time.
"""

from http import HTTPStatus
from typing import Final

import httpx

from services.alert.channels.cloud_event import CONTENT_TYPE, cloud_event
from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.channels.post import Answer, host_of, post
from services.alert.channels.signature import signature_headers
from services.alert.channels.signing_keys import SecretUnavailable, address, signing_keys
from services.alert.objects import Destination
from services.runtime.clock import Clock

DEADLINE_SECONDS = 15.0
"""For the whole attempt; Standard Webhooks asks for 15 to 30 s."""


class WebhookChannel:
    """Posts one signed event."""

    in_flight: Final = 8

    def __init__(self, client: httpx.AsyncClient, clock: Clock, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._client = client
        self._clock = clock
        self._deadline_seconds = deadline_seconds

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Post the alert once."""
        try:
            url, keys = address(destination), signing_keys(destination)
        except SecretUnavailable as error:
            return Outcome(OutcomeKind.RETRY, error=str(error))
        body = cloud_event(message)
        headers = {"content-type": CONTENT_TYPE, **signature_headers(keys, message.delivery_id, self._clock(), body)}
        if message.traceparent:
            headers["traceparent"] = message.traceparent
        answer = await post(
            self._client, url, body, headers, deadline_seconds=self._deadline_seconds, clock=self._clock
        )
        return answer if isinstance(answer, Outcome) else judge(answer, host_of(url))


def judge(answer: Answer, host: str) -> Outcome:
    """Say what an answer means (Standard Webhooks 1.0.0, "Deliverability and reliability")."""
    status = answer.status_code
    kind = OutcomeKind.DELIVERED if 200 <= status < 300 else OutcomeKind.RETRY  # noqa: PLR2004 - 2xx alone is success
    error = None if kind is OutcomeKind.DELIVERED else _line(status, host)
    gone = status == HTTPStatus.GONE
    return Outcome(
        OutcomeKind.PERMANENT if gone else kind,
        status_code=status,
        latency_ms=answer.latency_ms,
        answer=answer.start,
        error=error,
        retry_after_seconds=answer.retry_after_seconds,
        disable=gone,
    )


def _line(status: int, host: str) -> str:
    if status == HTTPStatus.GONE:
        return f"{host} answered 410 Gone: it wants no more messages"
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        return f"{host} answered {status}, a redirect; redirects are not followed: give the final address"
    return f"{host} answered {status}; only 2xx counts as received"
