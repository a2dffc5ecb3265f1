"""Standard Webhooks 1.0.0 signatures: HMAC-SHA256 over `id.timestamp.body`, one for each valid secret."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the base64 signature. `timestamp` is the attempt's time in whole seconds of Unix time.

    Source: Standard Webhooks specification 1.0.0, "Signature scheme"; neither id nor timestamp may hold a full stop.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")


def signature_headers(keys: Iterable[bytes], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; several keys give several signatures, so that a secret changes without a gap."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(key, message_id, timestamp, body) for key in keys),
    }
