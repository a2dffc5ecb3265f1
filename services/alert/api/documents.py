"""A request's JSON to an object that people write; whatever is wrong with it is one line that names the field."""

import json
from typing import Any, TypeVar

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from services.alert.objects import Destination, Subscription
from services.alert.store.objects import destination
from services.runtime.security import Problem

MAX_BODY_BYTES = 256 * 1024
_SHOWN_ONLY = ("disabled_reason", "disabled_at")
"""Members that the API adds; a document read from it may be sent back as it is."""

BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
"""For OpenAPI: these routes read their bodies themselves, so that each refusal reads alike."""

Thing = TypeVar("Thing", Destination, Subscription)


async def document(request: Request) -> dict[str, Any]:
    """Return the body's JSON object. Raises Problem: 413 over 256 KB, 400 for what is no JSON, 422 for no object."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Problem(413, "Body too large", f"an object takes at most {MAX_BODY_BYTES // 1024} KB; shorten it")
    try:
        value = json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Invalid JSON", f"the body is not JSON ({error}); correct it") from None
    if not isinstance(value, dict):
        raise Problem(422, "Not an object", "the body must be one JSON object, as a YAML document of `apply` is")
    return value


def read(model: type[Thing], object_id: str, given: dict[str, Any]) -> Thing:
    """Return the object in a document; its id may be left out. Raises Problem (422) that names every wrong field."""
    kept = {name: value for name, value in given.items() if name not in _SHOWN_ONLY}
    if kept.setdefault("id", object_id) != object_id:
        raise Problem(422, "Ids differ", f"id: {str(kept['id'])[:100]!r} is not the id in the address; make them equal")
    try:
        return model.model_validate(kept)
    except ValidationError as error:
        lines = [_line(one) for one in error.errors(include_url=False, include_input=False)]
        raise Problem(422, f"Not a {model.__name__.lower()}", "; ".join(lines)) from None


def missing(what: str, object_id: str) -> Problem:
    """Return the refusal for an id that is not there."""
    detail = f"there is no {what} {object_id[:100]!r}; GET /api/v1/{_plural(what)} lists all"
    return Problem(404, f"No such {what}", detail)


async def existing_destination(connection: AsyncConnection, destination_id: str) -> Destination:
    """Return a destination, secrets included. Raises Problem (404)."""
    found = await destination(connection, destination_id)
    if found is None:
        raise missing("destination", destination_id)
    return found


def _plural(what: str) -> str:
    return "deliveries" if what == "delivery" else f"{what}s"


def _line(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    what = str(error["msg"]).removeprefix("Value error, ")
    known = {"extra_forbidden": "not known here; remove it or correct its name", "missing": "missing; add it"}
    said = known.get(error["type"], what)
    return f"{where}: {said}" if where else said
