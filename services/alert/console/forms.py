"""The few fields that our own forms send, and mail programs for a one-click unsubscribe."""

from email import message_from_bytes
from urllib.parse import parse_qs

from starlette.requests import Request

from services.runtime.security import Problem

_MAX_BYTES = 8192


async def fields(request: Request) -> dict[str, str]:
    """Return the fields of a form, as `x-www-form-urlencoded` or `multipart/form-data`. Raises Problem (413)."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise Problem(413, "Body too large", f"this form takes at most {_MAX_BYTES} bytes")
    content_type = request.headers.get("content-type", "")
    if content_type.lower().startswith("multipart/form-data"):
        return _multipart(content_type, bytes(body))
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _multipart(content_type: str, body: bytes) -> dict[str, str]:
    whole = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    found = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload.decode("utf-8", "replace").strip()
    return found
