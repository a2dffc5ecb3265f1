"""One request at a time to each host, and a gap between two."""

from collections.abc import Callable
from urllib.parse import urlsplit

GAP_SECONDS = 10.0


class Hosts:
    """Remembers which hosts are being asked, and when each may be asked again. `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float], gap_seconds: float = GAP_SECONDS) -> None:
        self._monotonic = monotonic
        self._gap_seconds = gap_seconds
        self._free_at: dict[str, float] = {}
        self._busy: set[str] = set()

    def enter(self, host: str | None) -> float:
        """Take the host and return 0, or return how many seconds to wait before asking again."""
        if host is None:
            return 0.0
        now = self._monotonic()
        if host in self._busy:
            return max(self._gap_seconds, 1.0)
        wait = self._free_at.get(host, now) - now
        if wait > 0:
            return wait
        self._busy.add(host)
        return 0.0

    def leave(self, host: str | None) -> None:
        """Give the host back; its gap begins now."""
        if host is None:
            return
        self._busy.discard(host)
        now = self._monotonic()
        self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        self._free_at[host] = now + self._gap_seconds


def host_of(url: str | None) -> str | None:
    """Return whose patience a source uses, or None for one that is no web address."""
    return urlsplit(url).hostname if url else None
