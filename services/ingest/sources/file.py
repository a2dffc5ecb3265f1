"""File: one file of the inbox, read again when it changed. Text, HTML, JSON or JSON lines."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.ingest.documents import NotJson, NotText, decode, read_documents
from services.ingest.pushed import from_plain_text
from services.ingest.sources.reader import Document, Fetched, Reach
from services.ingest.spec import SourceSpec
from services.runtime.failure import Permanent, Transient

MAX_FILE_BYTES = 50 * 1024 * 1024


class FileReader:
    """Reads one file."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Return its articles when its size or time changed. Raises Permanent where it cannot be read."""
        path = inside(reach.inbox, spec.path or "")
        try:
            mark = await asyncio.to_thread(fingerprint, path)
        except OSError as error:
            raise Permanent(f"{spec.path}: {error.strerror or error}; put the file into {reach.inbox}") from None
        if validators.get("fingerprint") == mark:
            return Fetched(validators=validators, unchanged=True)
        items, problems = await asyncio.to_thread(read_file, path)
        if problems and not items:
            raise Permanent(problems[0])
        return Fetched(tuple(items), {"fingerprint": mark}, problems=tuple(problems))


def inside(inbox: Path, path: str) -> Path:
    """Return the path inside the inbox. Raises Permanent where it leads out, by a link too."""
    found = (inbox / path).resolve()
    if not found.is_relative_to(inbox.resolve()):
        raise Permanent(f"{path} leads out of the inbox {inbox}: copy the file into it")
    return found


def fingerprint(path: Path) -> str:
    """Return what changes when a file does."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def read_file(path: Path) -> tuple[list[Document], list[str]]:
    """Return the documents of a file and what could not be read, a line each. Raises Transient when it vanishes."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            return [], [f"{path.name}: larger than {MAX_FILE_BYTES // 1024 // 1024} MB; split it"]
        text = decode(path.read_bytes())
        return _documents(text, path.suffix.lower(), path.name)
    except (NotJson, NotText) as error:
        return [], [f"{path.name}: {error}"]
    except OSError as error:
        raise Transient(f"{path.name}: {error.strerror or error}") from None


def _documents(text: str, suffix: str, name: str) -> tuple[list[Document], list[str]]:
    if suffix in {".html", ".htm"}:
        return [{"html": text}], []
    if suffix not in {".json", ".jsonl", ".ndjson"}:
        return ([from_plain_text(text)], []) if text.strip() else ([], [f"{name}: it is empty"])
    documents = read_documents(text, lines=suffix != ".json")
    problems = [f"{name}: {one.error}" for one in documents if one.error]
    problems += [f"{name}, {one.line}: not a JSON object" for one in documents if not _is_object(one.value, one.error)]
    return [one.value for one in documents if isinstance(one.value, dict)], problems


def _is_object(value: Any, error: str | None) -> bool:
    return bool(error) or isinstance(value, dict)
