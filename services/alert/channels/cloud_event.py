"""An alert as a CloudEvents 1.0 event in structured mode, always below the size that receivers are promised."""

import json
from collections.abc import Iterator
from typing import Any

from schemas.alert import Alert
from services.alert.channels.contract import Message
from services.alert.channels.plain_text import shortened

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
MAX_BYTES = 20_000
"""Standard Webhooks 1.0.0, "Payload size": below 20 KB."""

# What a list may hold and how long a text may be, from everything to next to nothing.
_ROUNDS = ((10_000, 100_000), (100, 2000), (40, 1000), (20, 600), (10, 300), (5, 200), (2, 120), (1, 60))


def cloud_event(message: Message) -> bytes:
    """Return the event as JSON. Evidence, sources and names are left out from the end until it fits.

    `data` is the alert; beside its own fields it has `links` (the page with all of it), `because` (which
    subscription, why) and, where something was left out, `omitted` (how many of what).
    """
    return next(body for body in _bodies(message) if len(body) <= MAX_BYTES)


def event_type(message: Message) -> str:
    """Return `io.chokepoint.alert.<type>.v1`; a test has a type of its own, so that nothing takes it for news."""
    kind = "test" if message.test else message.alert.type.value
    return f"io.chokepoint.alert.{kind}.v1"


def _bodies(message: Message) -> Iterator[bytes]:
    whole = message.alert.model_dump(mode="json")
    for items, characters in _ROUNDS:
        data, omitted = _trimmed(whole, items, characters)
        if omitted:
            data["omitted"] = omitted
        data["links"] = {"measure": message.measure_url}
        data["because"] = [
            {
                "subscription": each.subscription,
                "reasons": [shortened(reason, characters) for reason in each.reasons[:items]],
            }
            for each in message.because[:items]
        ]
        yield _encoded(message, message.alert, data)


def _encoded(message: Message, alert: Alert, data: dict[str, Any]) -> bytes:
    event = {
        "specversion": "1.0",
        "id": alert.id,
        "type": event_type(message),
        "source": message.public_url,
        "subject": alert.measure_id,
        "time": alert.created_at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    if message.traceparent:
        event["traceparent"] = message.traceparent  # CloudEvents extension "Distributed Tracing"
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _trimmed(whole: dict[str, Any], items: int, characters: int) -> tuple[dict[str, Any], dict[str, int]]:
    omitted: dict[str, int] = {}

    def cut(holder: dict[str, Any], name: str) -> list[Any]:
        held: list[Any] = holder[name]
        if len(held) > items:
            omitted[name] = len(held) - items
        return [_short(item, characters) for item in held[:items]]

    data = dict(whole)
    measure = data["measure"] = dict(whole["measure"])
    for name in ("evidence", "changes", "severity_reasons"):
        data[name] = cut(whole, name)
    for name in ("sources", "entities", "commodities", "issuers", "targets"):
        measure[name] = cut(whole["measure"], name)
    data["headline"] = shortened(whole["headline"], max(characters, 120))
    measure["instrument"] = _short(measure["instrument"], max(characters, 120))
    return data, omitted


def _short(value: Any, characters: int) -> Any:
    """Shorten texts inside a value; an address too long is left out, for a cut one leads nowhere."""
    if isinstance(value, str):
        return shortened(value, characters)
    if isinstance(value, list):
        return [_short(item, characters) for item in value[: max(1, characters // 20)]]
    if isinstance(value, dict):
        return {name: _field(name, item, characters) for name, item in value.items()}
    return value


def _field(name: str, value: Any, characters: int) -> Any:
    if name == "url" and isinstance(value, str):
        return value if len(value) <= characters else None
    return value if name in {"id", "article_id"} else _short(value, characters)
