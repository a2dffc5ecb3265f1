"""Folder: every file dropped into a folder of the inbox is read once; files are remembered, not moved."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.ingest.sources.file import fingerprint, inside, read_file
from services.ingest.sources.reader import Document, Fetched, Reach
from services.ingest.spec import SourceSpec
from services.runtime.failure import Permanent, Transient

SUFFIXES = frozenset({".txt", ".json", ".jsonl", ".ndjson", ".html", ".htm"})
FILES_A_TIME = 200
_SETTLED_SECONDS = 1.0


class FolderReader:
    """Reads the files that are new or changed since the last time."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return the articles of new and changed files, oldest file first, at most 200 files at a time.

        Raises Permanent where the folder cannot be read. A file that cannot be read is a problem, remembered like the
        others until it changes.
        """
        folder = inside(reach.inbox, spec.path or "")
        try:
            present = await asyncio.to_thread(_list, folder, reach.now.timestamp())
        except OSError as error:
            raise Permanent(f"{spec.path}: {error.strerror or error}; make the folder in {reach.inbox}") from None
        done = {name: mark for name, mark in validators.get("files", {}).items() if name in present}
        fresh = [name for name in present if done.get(name) != present[name]][:FILES_A_TIME]
        items, problems = await asyncio.to_thread(_read, folder, fresh)
        read = {name: present[name] for name in fresh}
        return Fetched(tuple(items), {"files": {**done, **read}}, unchanged=not fresh, problems=tuple(problems))


def _list(folder: Path, now_seconds: float) -> dict[str, str]:
    """Return the fingerprint of each file that is not still being written, oldest first."""
    found = []
    for path in folder.iterdir():
        if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or path.is_symlink() or not path.is_file():
            continue
        written = path.stat().st_mtime
        if written <= now_seconds - _SETTLED_SECONDS or written > now_seconds:
            found.append((written, path.name, fingerprint(path)))
    return {name: mark for _, name, mark in sorted(found)}


def _read(folder: Path, names: list[str]) -> tuple[list[Document], list[str]]:
    items: list[Document] = []
    problems: list[str] = []
    for name in names:
        try:
            documents, wrong = read_file(folder / name)
        except Transient as error:
            documents, wrong = [], [str(error)]
        items += documents
        problems += wrong
    return items, problems
