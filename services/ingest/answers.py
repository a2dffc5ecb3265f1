"""Answers kept under an `Idempotency-Key`, so that a request sent twice has its effect and its answer once.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header), section 2.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import delete, select, update

from services.ingest.store import insert
from services.ingest.tables import answers
from services.runtime.database import Database

KEPT_FOR = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(seconds=60)


class Verdict(Enum):
    """What a key says about a request."""

    FIRST = "first"
    REPEAT = "repeat"
    OTHER_BODY = "other body"
    IN_PROGRESS = "in progress"


@dataclass(frozen=True)
class Asked:
    """The verdict, with the kept answer for a repeat."""

    verdict: Verdict
    answer: Any = None


def judge(stored_hash: str, answer: Any, age: timedelta, body_hash: str) -> Verdict:
    """Return what an earlier request under the same key means for this one.

    A request that never came to its answer (the process died) is taken over after a minute: taking the same articles
    in again changes nothing.
    """
    if age > KEPT_FOR:
        return Verdict.FIRST
    if stored_hash != body_hash:
        return Verdict.OTHER_BODY
    if answer is not None:
        return Verdict.REPEAT
    return Verdict.FIRST if age > _ABANDONED_AFTER else Verdict.IN_PROGRESS


class Answers:
    """The answers given in the last 24 hours."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ask(self, key: str, body: bytes, now: datetime) -> Asked:
        """Take the key for this body, or say what stands in the way."""
        body_hash = hashlib.sha256(body).hexdigest()
        row = {"key": key, "body_hash": body_hash, "answer": None, "asked_at": now}
        async with self._db.write() as connection:
            statement = insert(self._db, answers).values(**row).on_conflict_do_nothing()
            if (await connection.execute(statement)).rowcount:
                return Asked(Verdict.FIRST)
            kept = (await connection.execute(select(answers).where(answers.c.key == key).with_for_update())).one()
            verdict = judge(kept.body_hash, kept.answer, now - kept.asked_at, body_hash)
            if verdict is Verdict.FIRST:
                await connection.execute(update(answers).where(answers.c.key == key).values(**row))
            return Asked(verdict, kept.answer)

    async def keep(self, key: str, answer: Any) -> None:
        """Keep the answer for repeats."""
        async with self._db.write() as connection:
            await connection.execute(update(answers).where(answers.c.key == key).values(answer=answer))

    async def give_back(self, key: str) -> None:
        """Free a key whose request failed, so that it can be sent again."""
        async with self._db.write() as connection:
            await connection.execute(delete(answers).where(answers.c.key == key))

    async def forget(self, now: datetime) -> None:
        """Drop answers older than 24 hours."""
        async with self._db.write() as connection:
            await connection.execute(delete(answers).where(answers.c.asked_at < now - KEPT_FOR))
