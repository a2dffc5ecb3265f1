"""The guard on every request that leaves: nothing reaches an address that is not public, whatever name hides it.

In: a URL that someone else chose (a feed, a redirect, a webhook). Out: an `httpx.AsyncClient` that resolves a name
once, checks every address and connects to the address it checked; bodies within a limit, compressed or not; or
`Forbidden` with one line that names the host and what to do. The line never holds a path or query: they carry secrets.

The rules follow the OWASP cheat sheet "Server-Side Request Forgery Prevention", case 2, and the IANA registries of
special-purpose addresses. What they cannot know: a NAT64 prefix that a network's owner chose for himself.
"""

from services.runtime.egress.addresses import Forbidden
from services.runtime.egress.body import TooLarge, decompress, read_body, read_start
from services.runtime.egress.client import Resolver, guarded_client, resolve_by_system
from services.runtime.egress.fetch import Fetched, fetch_following
from services.runtime.egress.url import check_url

__all__ = [
    "Fetched",
    "Forbidden",
    "Resolver",
    "TooLarge",
    "check_url",
    "decompress",
    "fetch_following",
    "guarded_client",
    "read_body",
    "read_start",
    "resolve_by_system",
]
