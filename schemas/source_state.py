"""SourceState: how a source does, as its reader sees it."""

from enum import StrEnum

from schemas.article import Source
from schemas.base import Message, UtcDatetime


class SourceStatus(StrEnum):
    """`silent` answers 200 and has had nothing new for longer than its habit."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    SILENT = "silent"
    DISABLED = "disabled"


class SourceTrouble(StrEnum):
    """What is the matter with a source, beyond its status; it may be read all the same."""

    SLOW = "slow"
    """It takes long to answer, time after time."""
    CHANGED_SHAPE = "changed_shape"
    """It was read before, and now answers with something else or lists nothing: redesigned."""
    MOVED = "moved"
    """The server says that another address is the right one from now on."""
    DENIED = "denied"
    """Its site's robots.txt asks programs to stay away."""


class SourceState(Message):
    """State and health of one source; the newest one stands (compacted topic)."""

    source: Source
    type: str
    """The kind of reader: feed, file, folder, push, …"""
    url: str | None = None
    language: str | None = None
    status: SourceStatus
    reason: str | None = None
    """Why it fails or is silent and what to do, in one line."""
    trouble: SourceTrouble | None = None
    moved_to: str | None = None
    """The address that its server says is the right one."""
    answer_seconds: float | None = None
    """How long its last answer took."""
    since: UtcDatetime
    """When it came into this status."""
    last_polled_at: UtcDatetime | None = None
    last_new_at: UtcDatetime | None = None
    next_poll_at: UtcDatetime | None = None
    every_seconds: float | None = None
    articles_total: int = 0
    failures_in_a_row: int = 0
