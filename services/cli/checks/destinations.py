"""Each destination of the running system: whether it can be reached; nothing is sent."""

import asyncio
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

import httpx

from services.cli.api import Api
from services.cli.checks import Check, Failure
from services.cli.errors import Failed
from services.cli.listing import listed
from services.cli.session import Session
from services.runtime.egress import Forbidden, check_url, guarded_client
from services.runtime.settings import Settings

SECONDS: Final = 10.0


def destination_checks(session: Session) -> Iterator[Check]:
    """Look at each destination that the alert service knows."""
    try:
        with Api(session, "alert") as api:
            destinations = list(listed(api, "/api/v1/destinations"))
    except Failed as error:
        message = error.message
        yield Check("destinations", lambda: _unknown(message))
        return
    if not destinations:
        yield Check("destinations", lambda: "none yet; `chokepoint apply` makes them")
    for one in destinations:
        yield Check(f"destination {one['id']}", partial(_destination, session.settings, one))


def _unknown(message: str) -> str:
    raise Failed(message)


def _destination(settings: Settings, one: Mapping[str, Any]) -> str:
    if one.get("enabled") is False:
        return "switched off"
    if reason := one.get("disabled_reason"):
        raise Failure(f"disabled: {reason}", f"mend it, then POST /api/v1/destinations/{one['id']}/enable")
    if one["type"] == "email":
        if not settings.smtp.host:
            raise Failure("no mail server is set", "set CHOKEPOINT_SMTP__HOST")
        return f"to {', '.join(one.get('to', ()))}"
    url = one.get("url")
    if not isinstance(url, str) or not url.startswith("http"):
        return str(one["type"])
    asyncio.run(_reach(url, allow_private=settings.egress.allow_private))
    return f"{one['type']}, {httpx.URL(url).host} answers"


async def _reach(url: str, *, allow_private: bool) -> None:
    """Open a connection, encrypted where the address says so, and ask for no more than the host's options."""
    try:
        at = check_url(url, allow_private=allow_private).copy_with(path="/", query=None, fragment=None)
        async with guarded_client(allow_private, timeout_seconds=SECONDS, user_agent="Chokepoint doctor") as client:
            await client.options(at)
    except Forbidden as error:
        raise Failure(str(error), "correct the destination's url") from None
    except httpx.TransportError as error:
        raise Failure(
            f"{httpx.URL(url).host}: {str(error) or type(error).__name__}", "correct its url, or see the host"
        ) from None
