"""Secrets of destinations: masked whenever shown, kept when a document comes back without them (pure)."""

from typing import Any

from pydantic import SecretStr

from services.alert.objects import Destination, public_document

MASK = "**********"
_SECRETS = ("secret", "previous_secret")


def shown(destination: Destination, disabled_reason: str | None = None) -> dict[str, Any]:
    """Return a destination as it may be shown, with why it is disabled where it is."""
    document = public_document(destination)
    if destination.type == "slack" and destination.url:
        document["url"] = MASK  # whoever knows the address of a Slack webhook can post to it
    if disabled_reason:
        document["disabled_reason"] = disabled_reason
    return document


def with_kept_secrets(given: dict[str, Any], before: Destination | None) -> dict[str, Any]:
    """Return the document with the secrets that it leaves out or sends back masked.

    A secret is never shown, so nobody could send it again. `null` removes `previous_secret` once the receivers have
    changed over; a `…_file` takes the place of the secret that it names.
    """
    if before is None:
        return given
    document = dict(given)
    for name in _SECRETS:
        kept = getattr(before, name)
        if isinstance(kept, SecretStr) and _left_out(given, name):
            document[name] = kept.get_secret_value()
    if given.get("url") == MASK and before.url:
        document["url"] = before.url
    return document


def _left_out(given: dict[str, Any], name: str) -> bool:
    return given.get(name, MASK) == MASK and not given.get(f"{name}_file")
