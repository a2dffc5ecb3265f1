"""A server on the loopback interface for the guarded client's tests, and a network that leads to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from services.runtime.egress import Resolver, guarded_client

PUBLIC = "8.8.8.8"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Server:
    """Answers each request with what `answer` returns for its path, and keeps the heads it read."""

    answer: Callable[[str], bytes | AsyncIterator[bytes]]
    port: int = 0
    heads: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer it and close."""
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            answer = self.answer(self.heads[-1].split(" ")[1])
            async for part in _parts(answer):
                writer.write(part)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client hung up, as it should in many of these tests.
        finally:
            writer.close()


async def _parts(answer: bytes | AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if isinstance(answer, bytes):
        yield answer
    else:
        async for part in answer:
            yield part


@asynccontextmanager
async def serving(
    answer: Callable[[str], bytes | AsyncIterator[bytes]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Run a server on the loopback interface."""
    server = Server(answer)
    listener = await asyncio.start_server(server.converse, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server


class Detour(httpcore.AsyncNetworkBackend):
    """Notes each address it is told to connect to and connects to the loopback server instead."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the port at 127.0.0.1, whatever the host."""
        self.asked.append(host)
        return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", port, timeout, local_address, socket_options)


def client(allow_private: bool, resolve: Resolver | None = None, **options: Any) -> httpx.AsyncClient:
    """Make a guarded client with a test's name and patience."""
    return guarded_client(allow_private, timeout_seconds=5, user_agent="Chokepoint-Test/1", resolve=resolve, **options)


def answering(*answers: Sequence[str]) -> Resolver:
    """Resolve to one answer after the other, each time afresh, as a rebinding name server does."""
    left = iter(answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return next(left)

    return resolve


def redirect(location: str, status: int = 302) -> bytes:
    """Write a redirect."""
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def with_body(body: bytes, *headers: str) -> bytes:
    """Write an answer with a body."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body
