"""GDELT Article List: every article GDELT saw in a quarter hour, in all its languages, in files named by the minute.

blog.gdeltproject.org/announcing-the-gdelt-article-list-rss-feed. There is no listing: about two files come some minutes
after each quarter hour, so each minute of the first eight is asked for until the quarter hour is told.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.ingest.plain_text import plain_line, plain_text
from services.ingest.sources.reader import Busy, ChangedShape, Document, Fetched, Reach
from services.ingest.sources.request import Limits, check_status
from services.ingest.spec import SourceSpec
from services.runtime.egress import decompress, fetch_following
from services.runtime.failure import Transient

QUARTER = timedelta(minutes=15)
MINUTES = range(8)
SETTLED = timedelta(minutes=30)
"""A quarter hour of which a file was seen is told after this time."""
GIVEN_UP = timedelta(hours=2)
"""A quarter hour without any file is given up, and said, after this time."""
FARTHEST_BACK = timedelta(hours=24)
FILES_A_TIME = 4
PROBES_A_TIME = 48
LIMITS = Limits(max_bytes=64 * 1024 * 1024)
_NOT_FOUND = 404
_HOUR_FORMAT = "%Y%m%d%H%M"


@dataclass
class _Round:
    """What one reading found so far."""

    items: list[Document] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    probes: int = 0
    files: int = 0

    @property
    def is_full(self) -> bool:
        return self.files >= FILES_A_TIME or self.probes >= PROBES_A_TIME


class GdeltReader:
    """Reads the files that came since the last time, oldest first, at most four at a time."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the articles of new files. Raises Busy, Transient or Permanent where none could be had."""
        state = _open_quarters(validators, reach.now)
        done = _Round()
        try:
            for quarter, found in state.items():
                if not _told(found, reach.now - quarter):
                    await self._quarter(spec, quarter, found, reach, done)
                if done.is_full:
                    break
        except (Busy, Transient) as error:
            if not done.files:
                raise
            done.problems.append(str(error))
        kept, given_up = _after(state, reach.now)
        problems = (
            *done.problems,
            *(f"no file came for the quarter hour of {at:%Y-%m-%d %H:%M} UTC" for at in given_up),
        )
        return Fetched(tuple(done.items), kept, unchanged=not done.files, problems=problems)

    async def _quarter(self, spec: SourceSpec, quarter: datetime, found: list[int], reach: Reach, done: _Round) -> None:
        """Ask for each minute's file that was not there before."""
        for minute in MINUTES:
            at = quarter + timedelta(minutes=minute)
            if minute in found or at > reach.now or done.is_full:
                continue
            done.probes += 1
            body = await _file(f"{(spec.url or '').rstrip('/')}/{at:%Y%m%d%H%M}00.gal.json.gz", reach)
            if body is None:
                continue
            items, broken = await asyncio.to_thread(read_file, body, spec)
            done.files += 1
            done.items += items
            done.problems += [f"{at:%Y%m%d%H%M}: {broken} lines are not JSON"] if broken else []
            found.append(minute)


def _open_quarters(validators: Mapping[str, Any], now: datetime) -> dict[datetime, list[int]]:
    """Return the quarter hours that are not told yet, oldest first, with the minutes that were found."""
    current = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    told: dict[str, list[int]] = validators.get("quarters", {})
    first = min((datetime.strptime(one, _HOUR_FORMAT).replace(tzinfo=UTC) for one in told), default=current - QUARTER)
    at = max(first, current - FARTHEST_BACK)
    quarters = {}
    while at <= current:
        quarters[at] = list(told.get(f"{at:{_HOUR_FORMAT}}", ()))
        at += QUARTER
    return quarters


def _after(state: Mapping[datetime, list[int]], now: datetime) -> tuple[dict[str, Any], list[datetime]]:
    """Return what the next reading must know, and the quarter hours that are given up."""
    given_up = [at for at, found in state.items() if not found and now - at > GIVEN_UP]
    is_open = {at: found for at, found in state.items() if at not in given_up and not _told(found, now - at)}
    # The newest stays in any case: it says how far we are.
    newest = max(state)
    is_open.setdefault(newest, state[newest])
    first = min(is_open)
    kept = {f"{at:{_HOUR_FORMAT}}": found for at, found in state.items() if at >= first}
    return {"quarters": kept}, given_up


def _told(found: Sequence[int], age: timedelta) -> bool:
    return bool(found) and age > SETTLED


async def _file(url: str, reach: Reach) -> bytes | None:
    """Return a file, or None where there is none (yet)."""
    answer = await fetch_following(
        reach.client,
        url,
        max_hops=2,
        max_bytes=LIMITS.max_bytes,
        headers={"accept": "application/gzip, */*;q=0.5"},
        allow_private=reach.allow_private,
        deadline_seconds=LIMITS.deadline_seconds,
    )
    if answer.status == _NOT_FOUND:
        return None
    check_status(answer.status, answer.headers, reach.now)
    if not answer.body.startswith(b"\x1f\x8b"):
        return answer.body
    return decompress(answer.body, "gzip", max_bytes=LIMITS.max_bytes)


def read_file(body: bytes, spec: SourceSpec) -> tuple[list[Document], int]:
    """Return the articles of a file, and how many of its lines are no JSON. Raises ChangedShape where none is."""
    items: list[Document] = []
    broken = lines = 0
    for line in body.decode("utf-8", "replace").split("\n"):
        if not line.strip():
            continue
        lines += 1
        try:
            one = json.loads(line)
        except (ValueError, RecursionError):
            broken += 1
            continue
        if isinstance(one, dict) and (item := _document(one, spec)):
            items.append(item)
    if lines and broken == lines:
        raise ChangedShape("its lines are not JSON: no GDELT Article List")
    return items, broken


def _document(one: Mapping[str, Any], spec: SourceSpec) -> Document | None:
    """Return one article; GDELT knows the day of publication of a third, of the others when it saw them first."""
    language = _text(one, "lang").lower()[:20]
    title, url = plain_line(_text(one, "title"))[:2000], _text(one, "url")
    wanted = not spec.languages or language in spec.languages
    if not wanted or not title or not url.startswith(("http://", "https://")):
        return None
    outlet = _text(one, "outletName") or _text(one, "domain")
    return {
        "title": title,
        "text": plain_text(_text(one, "desc")),
        "url": url,
        "language": language or None,
        "published_at": _text(one, "date") or None,
        "source": {"id": spec.id, "name": outlet[:300] or spec.name or spec.id},
    }


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""
