"""Slack by incoming webhook: one message a second and address, Block Kit, nothing lost to a limit.

Slack's answers (docs.slack.dev, "Sending messages using incoming webhooks"): 200 `ok`; 400, 403, 404 and 410 with a
word that says why; 429 with `Retry-After`. Slack has no idempotency key: a message whose outcome is unknown is sent
again and says so.
"""

import json
from http import HTTPStatus
from typing import Any, Final

import httpx

from services.alert.channels.contract import Message, Outcome, OutcomeKind
from services.alert.channels.plain_text import one_line, shortened
from services.alert.channels.post import Answer, host_of, post
from services.alert.channels.signing_keys import SecretUnavailable, address
from services.alert.channels.slack_blocks import plain_payload, slack_payload
from services.alert.channels.spacing import Spacing
from services.alert.objects import Destination
from services.runtime.clock import Clock

SPACING_SECONDS = 1.0
DEADLINE_SECONDS = 8.0
"""For one call; a refused message costs two."""

# The webhook or its channel is gone for good: every later message would fail the same way.
_GONE = frozenset({"no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled", "channel_is_archived"})
_UNREADABLE = frozenset({"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long"})


class SlackChannel:
    """Posts one message."""

    in_flight: Final = 1

    def __init__(
        self,
        client: httpx.AsyncClient,
        clock: Clock,
        spacing: Spacing | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._client = client
        self._clock = clock
        self._spacing = spacing or Spacing(SPACING_SECONDS)
        self._deadline_seconds = deadline_seconds

    async def send(self, message: Message, destination: Destination) -> Outcome:
        """Post the alert once; if Slack refuses the blocks, post it as plain text rather than lose it."""
        try:
            url = address(destination)
        except SecretUnavailable as error:
            return Outcome(OutcomeKind.RETRY, error=str(error))
        answer = await self._post(url, slack_payload(message))
        if isinstance(answer, Answer) and _word(answer) in _UNREADABLE:
            refused = _word(answer)
            answer = await self._post(url, plain_payload(message))
            return _judged(answer, url, note=f"Slack refused the blocks ({refused}); sent as plain text")
        return _judged(answer, url)

    async def _post(self, url: str, payload: dict[str, Any]) -> Answer | Outcome:
        await self._spacing.turn(url)
        body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"content-type": "application/json; charset=utf-8"}
        return await post(self._client, url, body, headers, deadline_seconds=self._deadline_seconds, clock=self._clock)


def _judged(answer: Answer | Outcome, url: str, note: str | None = None) -> Outcome:
    return answer if isinstance(answer, Outcome) else judge(answer, host_of(url), note)


def judge(answer: Answer, host: str, note: str | None = None) -> Outcome:
    """Say what Slack's answer means."""
    status, word = answer.status_code, _word(answer)
    kind = _kind(status, word)
    delivered = kind is OutcomeKind.DELIVERED
    return Outcome(
        kind,
        status_code=status,
        latency_ms=answer.latency_ms,
        answer=answer.start,
        error=note if delivered else f"{host} answered {status} {shortened(one_line(word), 100)}".rstrip(),
        retry_after_seconds=answer.retry_after_seconds,
        disable=not delivered and (word in _GONE or status == HTTPStatus.GONE),
    )


def _kind(status: int, word: str) -> OutcomeKind:
    if status == HTTPStatus.OK:
        # A proxy's login page is a 200 too, and no message.
        return OutcomeKind.DELIVERED if word == "ok" else OutcomeKind.RETRY
    refused = 400 <= status < 500 and status not in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}  # noqa: PLR2004 - the class of refusals
    return OutcomeKind.PERMANENT if refused else OutcomeKind.RETRY


def _word(answer: Answer) -> str:
    return answer.start.decode("utf-8", "replace").strip()
