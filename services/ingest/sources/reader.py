"""What every kind of source does, and how it fails."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from services.ingest.spec import SourceSpec
from services.runtime.failure import Permanent, Transient

Document = Mapping[str, Any]
"""One article in the shape of a push: title, text, url, language, published_at."""


class Busy(Transient):
    """The source asks to be left alone for a while (429, 503)."""

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ChangedShape(Permanent):
    """It answers, but not with what this kind of source is made of: redesigned, or the wrong address."""


class Denied(Permanent):
    """The site's robots.txt asks programs to stay away from this page."""


PageTurn = Callable[[str], AbstractAsyncContextManager[None]]
"""Holds a host while one of its pages is read; raises Denied, Busy or Transient where it may not be, now or at all."""

Recall = Callable[[], Awaitable[bytes | None]]


def at_any_time(_url: str) -> AbstractAsyncContextManager[None]:
    """Hold nothing, as where one page is read by hand."""
    return nullcontext()


async def nothing_kept() -> bytes | None:
    """Return that nothing was kept, as at a first reading."""
    return None


@dataclass(frozen=True)
class Reach:
    """The means to reach a source."""

    client: httpx.AsyncClient
    """Guarded: see `services.runtime.egress`."""
    allow_private: bool
    inbox: Path
    """The only folder that `file` and `folder` sources may read."""
    now: datetime
    page_turn: PageTurn = at_any_time
    """For pages that are written for people; what is published for programs needs none."""
    recall: Recall = nothing_kept
    """What this source last gave as `Fetched.memory`."""


@dataclass(frozen=True)
class Fetched:
    """What a source gave."""

    items: tuple[Document, ...] = ()
    """Everything it lists at present, oldest first; what was seen before is dropped later."""
    validators: Mapping[str, Any] = field(default_factory=dict)
    """To be given back next time; kept only when every item is safe."""
    unchanged: bool = False
    """It said, or its bytes show, that nothing changed since the last time."""
    problems: tuple[str, ...] = ()
    """Parts that could not be read, a line each; the rest is in `items`."""
    memory: bytes | None = None
    """What the next reading must know and is too large for a validator; kept like them. None keeps what there is."""
    listed: int | None = None
    """How much it lists at present, where that is not the number of its items."""
    moved_to: str | None = None
    """The address that the server says is the right one from now on (301, 308)."""


class SourceReader(Protocol):
    """One kind of source."""

    async def fetch(self, spec: SourceSpec, validators: Mapping[str, Any], reach: Reach) -> Fetched:
        """Read the source once.

        Raises Transient (Busy with a time to wait) when it may answer later, Permanent when someone must change
        something; each with one line that says what is wrong.
        """
        ...
