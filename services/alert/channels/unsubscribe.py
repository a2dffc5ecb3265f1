"""One-click unsubscribe tokens (RFC 8058): opaque, bound to one destination, good without a login."""

import base64
import binascii
import hashlib
import hmac

_TAG_BYTES = 18
_PURPOSE = b"chokepoint.unsubscribe.v1\x00"


def unsubscribe_token(secret: str, destination_id: str) -> str:
    """Return the token that stands in `{public_url}/unsubscribe/{token}`: letters, digits, `-` and `_` alone."""
    name = destination_id.encode()
    return base64.urlsafe_b64encode(_tag(secret, name) + name).rstrip(b"=").decode("ascii")


def verify_unsubscribe_token(secret: str, token: str) -> str | None:
    """Return the destination's id, or None where the token is not one of ours. Compares in constant time."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        tag, name = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, _tag(secret, name)):
            return None
        return name.decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _tag(secret: str, name: bytes) -> bytes:
    return hmac.new(secret.encode(), _PURPOSE + name, hashlib.sha256).digest()[:_TAG_BYTES]
