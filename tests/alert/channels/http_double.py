"""A real HTTP server on the loopback address that answers as it is told, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer. `silent` takes the request and never answers; `drop` closes the connection instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    drop: bool = False
    endless: bool = False
    """Sends the head, then keeps the body coming for ever."""


@dataclass
class HttpDouble:
    """What came in and what to answer: `script` first, in order, then `rule`."""

    port: int = 0
    rule: Callable[[Request], Reply] = lambda _request: Reply(204)
    script: list[Reply] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    delay_seconds: float = 0.0

    @property
    def url(self) -> str:
        """The address to post to."""
        return f"http://127.0.0.1:{self.port}/hook/secret-path"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, request after request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._serve_one(reader, writer):
                pass
        writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        if request is None:
            return False
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(self.delay_seconds)
            reply = self.script.pop(0) if self.script else self.rule(request)
            return await _answer(reply, reader, writer)
        finally:
            self.under_way -= 1


async def _answer(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if reply.drop:
        return False
    if reply.silent:
        await reader.read(1)  # until the other side gives up
        return False
    length = 10**9 if reply.endless else len(reply.body)
    lines = [
        f"HTTP/1.1 {reply.status} X",
        f"content-length: {length}",
        *(f"{k}: {v}" for k, v in reply.headers.items()),
    ]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + reply.body)
    await writer.drain()
    while reply.endless:
        writer.write(b"x" * 4096)
        await writer.drain()
        await asyncio.sleep(0)
    return True


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(first.split(" ")[1], headers, body)


@asynccontextmanager
async def http_double() -> AsyncIterator[HttpDouble]:
    """Run one for the length of the block."""
    double = HttpDouble()
    server = await asyncio.start_server(double.serve, "127.0.0.1", 0)
    double.port = server.sockets[0].getsockname()[1]
    try:
        yield double
    finally:
        server.close()
