"""A cursor that is none of ours is the request's fault."""

from collections.abc import Awaitable
from typing import TypeVar

from services.alert.store.paging import BadCursor, Page
from services.runtime.security import Problem

Row = TypeVar("Row")


async def paged(page: Awaitable[Page[Row]]) -> Page[Row]:
    """Return the page. Raises Problem (422)."""
    try:
        return await page
    except BadCursor:
        detail = "cursor: send the `next_cursor` of an earlier page, unchanged"
        raise Problem(422, "Not a cursor", detail) from None
