"""Main texts by a process of their own, with a hard limit of time for each page."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from services.ingest.pages.page_text import PageKind, PageText
from services.runtime.failure import Permanent, Transient
from services.runtime.logs import get_logger

log = get_logger("ingest.pages")

LIMIT_SECONDS = 2.0
START_SECONDS = 60.0
COMMAND = (sys.executable, "-m", "services.ingest.pages.worker")
_LONGEST_LINE = 64 * 1024 * 1024


class Extractor:
    """One worker process, started with the first page and again after each that had to be killed."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS, command: Sequence[str] = COMMAND) -> None:
        self._limit_seconds = limit_seconds
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def read(self, html: str) -> PageText:
        """Return the main text of a page: thoroughly within the limit, else quickly within the same limit again.

        Raises Permanent for a page that neither way can be read, Transient where no process can be started.
        """
        async with self._turn:
            for quick in (False, True):
                answer = await self._ask(html, quick=quick)
                if answer is not None and "error" not in answer:
                    return PageText(PageKind(answer["kind"]), answer["text"], answer["published_at"])
                log.info("page.not_taken_apart", quick=quick, reason=(answer or {}).get("error", "it takes too long"))
        raise Permanent(f"its text cannot be found within {self._limit_seconds:g} s")

    async def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _ask(self, html: str, *, quick: bool) -> dict[str, Any] | None:
        process = self._process or await self._start()
        line = json.dumps({"html": html, "quick": quick}).encode() + b"\n"
        try:
            async with asyncio.timeout(self._limit_seconds):
                return await _exchange(process, line)
        except (TimeoutError, OSError, ValueError, EOFError):
            await self.stop()
            return None

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env=_environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
        )
        self._process = process
        try:
            async with asyncio.timeout(START_SECONDS):
                await _exchange(process, b"")
        except (TimeoutError, OSError, ValueError, EOFError):
            await self.stop()
            raise Transient("the process that takes pages apart does not start") from None
        return process


async def _exchange(process: asyncio.subprocess.Process, line: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    if line:
        process.stdin.write(line)
        await process.stdin.drain()
    answer = await process.stdout.readline()
    if not answer:
        raise EOFError
    read: dict[str, Any] = json.loads(answer)
    return read


def _environment() -> dict[str, str]:
    """Return what the process needs and nothing more: it reads what strangers wrote, and no secret of ours."""
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
