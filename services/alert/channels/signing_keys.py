"""Addresses and secrets of destinations, read when a message is sent: a changed file counts from the next one on."""

import base64
import binascii
from pathlib import Path

from pydantic import SecretStr

from services.alert.objects import Destination

PREFIX = "whsec_"
MIN_KEY_BYTES, MAX_KEY_BYTES = 24, 64
_MAX_FILE_BYTES = 8192


class SecretUnavailable(Exception):  # noqa: N818 - it names the state; a later attempt may find it well again
    """A secret cannot be read or used now; the message is one line that says what to do."""


def validate_secret(text: str) -> bytes:
    """Return the key inside a Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes (spec 1.0.0).

    Raises ValueError with one line that never holds the secret.
    """
    if not text.startswith(PREFIX):
        raise ValueError(
            f"a webhook secret begins with {PREFIX}; make one with: "
            "python3 -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
        )
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what follows {PREFIX} in a webhook secret must be base64") from None
    if not MIN_KEY_BYTES <= len(key) <= MAX_KEY_BYTES:
        raise ValueError(f"a webhook secret holds {MIN_KEY_BYTES} to {MAX_KEY_BYTES} bytes; this one holds {len(key)}")
    return key


def address(destination: Destination) -> str:
    """Return the URL of a Slack or webhook destination. Raises SecretUnavailable."""
    if destination.url_file:
        return _read(destination.url_file, "url_file", destination.id)
    if destination.url:
        return destination.url
    raise SecretUnavailable(f"destination {destination.id} has no url; set `url` or `url_file`")


def signing_keys(destination: Destination) -> tuple[bytes, ...]:
    """Return the keys to sign with: the present one, then the previous one while receivers change over.

    Raises SecretUnavailable. A previous secret whose file is gone only means that the change is over.
    """
    present = _secret(destination.secret, destination.secret_file, "secret_file", destination.id)
    if present is None:
        raise SecretUnavailable(f"destination {destination.id} has no secret; set `secret_file` (or `secret`)")
    previous_file = destination.previous_secret_file
    if previous_file and not Path(previous_file).exists():
        previous_file = None
    previous = _secret(destination.previous_secret, previous_file, "previous_secret_file", destination.id)
    return tuple(_key(text, destination.id) for text in (present, previous) if text is not None)


def _key(text: str, destination_id: str) -> bytes:
    try:
        return validate_secret(text)
    except ValueError as error:
        raise SecretUnavailable(f"destination {destination_id}: {error}") from None


def _secret(value: SecretStr | None, file: str | None, name: str, destination_id: str) -> str | None:
    if file:
        return _read(file, name, destination_id)
    return value.get_secret_value() if value else None


def _read(file: str, name: str, destination_id: str) -> str:
    try:
        with Path(file).open("rb") as opened:
            text = opened.read(_MAX_FILE_BYTES).decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SecretUnavailable(f"destination {destination_id}: cannot read {name} {file}: {reason}") from None
    if not text:
        raise SecretUnavailable(f"destination {destination_id}: {name} {file} is empty")
    return text
