"""Every object of a list of the API, page after page."""

from collections.abc import Iterator
from typing import Any

from services.cli.api import Api


def listed(api: Api, path: str) -> Iterator[dict[str, Any]]:
    """Give each object; raises Failed when the service cannot tell."""
    cursor: str | None = None
    while True:
        answer = api.ask("GET", path, params={"cursor": cursor} if cursor else None)
        yield from answer if isinstance(answer, list) else answer.get("items", ())
        cursor = answer.get("next_cursor") if isinstance(answer, dict) else None
        if not cursor:
            return
