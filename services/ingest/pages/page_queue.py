"""Pages that are to be read: kept, bounded, shared by every copy of this service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import delete, func, or_, select, update

from schemas.page_request import PageRequest
from services.ingest.store import insert
from services.ingest.tables import page_requests
from services.runtime.database import Database
from services.runtime.logs import get_logger

log = get_logger("ingest.pages")

MOST = 5000
"""More than this do not wait: the oldest are given up, for their news are old."""
LEASE = timedelta(seconds=120)


@dataclass(frozen=True)
class Waiting:
    """One request and how often it was tried before."""

    request: PageRequest
    tries: int


class PageQueue:
    """The requests that wait, by article."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, requests: Sequence[PageRequest], now: datetime) -> int:
        """Keep these requests, one an article; return how many old ones were given up for them."""
        rows = [
            {"article_id": one.article_id, "request": one.model_dump(mode="json"), "asked_at": now, "due_at": now}
            for one in {one.article_id: one for one in requests}.values()
        ]
        if not rows:
            return 0
        async with self._db.write() as connection:
            statement = insert(self._db, page_requests)
            await connection.execute(statement.on_conflict_do_nothing(), [{**row, "tries": 0} for row in rows])
            count = (await connection.execute(select(func.count()).select_from(page_requests))).scalar_one()
            if count <= MOST:
                return 0
            page = page_requests.c
            oldest = select(page.article_id).order_by(page.asked_at, page.article_id).limit(count - MOST)
            await connection.execute(delete(page_requests).where(page.article_id.in_(oldest)))
            return int(count - MOST)

    async def take(self, now: datetime) -> Waiting | None:
        """Lease the request that is due and has waited longest; None where none is."""
        page = page_requests.c
        free = or_(page.leased_until.is_(None), page.leased_until <= now)
        due = select(page.article_id, page.request, page.tries).where(page.due_at <= now, free)
        async with self._db.write() as connection:
            for row in (await connection.execute(due.order_by(page.asked_at).limit(10))).all():
                mine = update(page_requests).where(page.article_id == row.article_id, free)
                if (await connection.execute(mine.values(leased_until=now + LEASE))).rowcount:
                    try:
                        return Waiting(PageRequest.model_validate(row.request), row.tries)
                    except ValidationError as error:
                        reason = error.errors()[0]["msg"]
                        log.warning("pages.request_unreadable", article_id=row.article_id, reason=reason)
                        await connection.execute(delete(page_requests).where(page.article_id == row.article_id))
        return None

    async def done(self, article_id: str) -> None:
        """Drop a request."""
        async with self._db.write() as connection:
            await connection.execute(delete(page_requests).where(page_requests.c.article_id == article_id))

    async def later(self, article_id: str, due_at: datetime, *, tries: int) -> None:
        """Give a request back for a later time."""
        mine = update(page_requests).where(page_requests.c.article_id == article_id)
        async with self._db.write() as connection:
            await connection.execute(mine.values(due_at=due_at, tries=tries, leased_until=None))
