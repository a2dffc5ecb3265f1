"""Pages by cursor: the place where the last page ended, so that what arrives meanwhile moves nothing."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Column, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
MOST_A_PAGE = 500


class BadCursor(ValueError):  # noqa: N818 - reads as what it says where it is caught
    """The cursor is none of ours; the message says what to do."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, newest first, and the cursor of the next page or None at the end."""

    items: Sequence[T]
    next: str | None


def encode_cursor(at: datetime, id_: str) -> str:
    """Return where a page ended."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id_}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[datetime, str]:
    """Return the time and id in a cursor. Raises BadCursor."""
    try:
        at, _, id_ = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise BadCursor("`cursor` must be the `next` of an earlier page, unchanged") from None
    if moment.tzinfo is None:
        raise BadCursor("`cursor` must be the `next` of an earlier page, unchanged")
    return moment, id_


async def newest_first(  # noqa: PLR0913, PLR0917 - the parts of one query
    connection: AsyncConnection,
    statement: Select[Any],
    at: Column[Any],
    id_: Column[Any],
    cursor: str | None,
    limit: int,
) -> Page[dict[str, Any]]:
    """Return the rows of a statement from the cursor on, newest first, as plain dicts."""
    limit = max(1, min(limit, MOST_A_PAGE))
    if cursor:
        moment, last = decode_cursor(cursor)
        statement = statement.where(tuple_(at, id_) < tuple_(_bound(at, moment), last))
    statement = statement.order_by(at.desc(), id_.desc()).limit(limit + 1)
    rows = [dict(row) for row in (await connection.execute(statement)).mappings()]
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, encode_cursor(rows[-1][at.name], rows[-1][id_.name]) if more else None)


def _bound(column: Column[Any], value: Any) -> Any:
    """Return the value as the column stores it; inside a tuple SQLAlchemy would not know its type."""
    return literal(value, column.type)
