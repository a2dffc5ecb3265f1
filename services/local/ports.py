"""Ports on this machine: is one free, and which one is."""

import errno
import secrets
import socket
from typing import Final

from services.local.errors import LocalError, PortTaken

HOST: Final = "127.0.0.1"
"""Everything that runs here is reachable from this machine alone."""

_OURS: Final = range(20_000, 32_000)
"""Below the ports that systems hand to outgoing connections: while a server is away its clients, who try again and
again, would sooner or later be given its own port and keep it from coming back."""


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on the port now; raises OSError when it may not listen there at all."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # Connections of an earlier run may linger in TIME_WAIT; they do not hinder a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def require_free(port: int, setting: str, what: str, host: str = HOST) -> int:
    """Return the port when a server may listen on it.

    Raises PortTaken when it is in use, and LocalError when it cannot be had at all; both name `setting`.
    """
    try:
        free = is_free(port, host)
    except OSError as error:
        raise LocalError(f"{what} cannot listen on {host} port {port} ({error.strerror}): change {setting}.") from None
    if not free:
        raise PortTaken(port, setting, what)
    return port


def free_ports(count: int) -> list[int]:
    """Find different ports on this machine that are free at this moment."""
    found: set[int] = set()
    while len(found) < count:
        port = secrets.choice(_OURS)
        if is_free(port):
            found.add(port)
    return list(found)


def accepts(port: int, host: str = HOST) -> bool:
    """Whether a server answers on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
