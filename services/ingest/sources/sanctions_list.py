"""Sanctions list: what was added and removed since the last version, as official articles.

An official list says who is on it, not what changed. So the last version is kept, and each change becomes an article
for each regime, with names, kinds and countries, in the words of a notice.
"""

import asyncio
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas.base import stable_id
from services.ingest.dates import read_date
from services.ingest.sources.reader import ChangedShape, Document, Fetched, Reach
from services.ingest.sources.request import Limits, ask
from services.ingest.sources.sanctions_formats import Entry, Version, read_list
from services.ingest.sources.selected import written_date
from services.ingest.spec import SourceSpec

LIMITS = Limits(max_bytes=128 * 1024 * 1024, deadline_seconds=180.0)
"""The largest list has about 30 MB."""
LARGEST_LOSS = 0.3
"""More than this share of a list does not vanish in a day: such a version is a broken file, not news."""
NAMES_IN_TITLE = 3
NAMES_IN_TEXT = 300
"""A longer list of changes becomes several articles, so that each name stands in one."""
_ADDED, _REMOVED = "adds", "removes"

Kept = dict[str, Entry]


class SanctionsListReader:
    """Reads a list and compares it with its last version."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the changes as articles; none at the first reading. Raises Busy, Transient or Permanent."""
        memory = await reach.recall()
        conditions = validators if memory else {}
        answer = await ask(reach, spec.url or "", conditions, accept="application/xml, */*;q=0.5", limits=LIMITS)
        if answer.unchanged:
            return Fetched(validators=answer.validators, unchanged=True, moved_to=answer.moved_to)
        return await asyncio.to_thread(self._compare, spec, answer.body, memory, answer.validators)

    @staticmethod
    def _compare(spec: SourceSpec, body: bytes, memory: bytes | None, validators: Mapping[str, Any]) -> Fetched:
        now = read_list(body)
        before = unpack(memory) if memory else None
        items = changes(spec, before, now) if before is not None else ()
        return Fetched(items, validators, memory=pack(now.entries), listed=len(now.entries))


def changes(spec: SourceSpec, before: Kept, now: Version) -> tuple[Document, ...]:
    """Return what changed as documents. Raises ChangedShape where too much of the list is gone at once."""
    added = [entry for one, entry in now.entries.items() if one not in before]
    removed = [entry for one, entry in before.items() if one not in now.entries]
    if len(removed) > LARGEST_LOSS * len(before) and len(removed) > 1:
        raise ChangedShape(
            f"{len(removed)} of {len(before)} entries are gone at once: taken for a broken file and not read; "
            "if it is true, give the source a new id"
        )
    return tuple(
        _article(spec, now, verb, programme, entries[start : start + NAMES_IN_TEXT])
        for verb, changed in ((_ADDED, added), (_REMOVED, removed))
        for programme, entries in _by_programme(changed)
        for start in range(0, len(entries), NAMES_IN_TEXT)
    )


def _by_programme(entries: Iterable[Entry]) -> list[tuple[str, list[Entry]]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(" and ".join(entry.programmes[:3]), []).append(entry)
    return sorted(groups.items())


def _article(spec: SourceSpec, now: Version, verb: str, programme: str, entries: Sequence[Entry]) -> Document:
    count = len(entries)
    names = _and([*(one.name for one in entries[:NAMES_IN_TITLE]), *_more(count - NAMES_IN_TITLE)])
    keeper, list_name = now.format.keeper, now.format.list_name
    direction = "to" if verb == _ADDED else "from"
    under = f" under {programme}" if programme else ""
    title = f"{keeper[0].upper()}{keeper[1:]} {verb} {names} {direction} {list_name}{under}"
    lines = [f"{title}."[0].upper() + f"{title}."[1:], *(_line(one) for one in entries)]
    ids = sorted(one.id for one in entries)
    document = {
        "id": stable_id("list", spec.id, now.date, verb, programme, *ids),
        "title": title[:2000],
        "text": "\n".join(lines),
        "url": spec.url,
        "language": "en",
        "published_at": _published(now.date),
    }
    return {name: value for name, value in document.items() if value}


def _line(entry: Entry) -> str:
    about = ", ".join(filter(None, [entry.kind, *entry.countries[:5]]))
    return f"{entry.name} ({about})" if about else entry.name


def _more(count: int) -> list[str]:
    return [f"{count} more"] if count > 0 else []


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _published(date: str) -> str | None:
    """Return the version's date in ISO 8601; OFAC writes 11/24/2026, the UK 24/11/2026, the others ISO 8601."""
    if read_date(date):
        return date
    # A day that reads both ways is left out: the article counts from when it was seen.
    read = {written_date(date, how) for how in ("%m/%d/%Y", "%d/%m/%Y")} - {date}
    return read.pop() if len(read) == 1 else None


def pack(entries: Kept) -> bytes:
    """Return entries as they are kept between two readings."""
    rows = [[one.id, one.name, one.kind, one.programmes, one.countries] for one in entries.values()]
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode("utf-8", "replace"))


def unpack(memory: bytes) -> Kept:
    """Return entries that were kept."""
    rows = json.loads(zlib.decompress(memory))
    return {row[0]: Entry(row[0], row[1], row[2], tuple(row[3]), tuple(row[4])) for row in rows}
