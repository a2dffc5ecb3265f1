"""A web site of the tests' own on loopback: it answers as each test says, well or badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter, Mapping[str, str]], Awaitable[None]]
"""Writes an answer to a request with these headers (names in lower case)."""


@dataclass
class Site:
    """Pages by path, and every request that came."""

    address: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address of a page."""
        return self.address + path

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            path = head[0].split(" ")[1]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            self.asked.append((path, headers))
            await self.pages.get(path, reply(404))(writer, headers)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def open_site() -> AsyncIterator[Site]:
    """Serve a site on a free port."""
    site = Site()
    server = await asyncio.start_server(site._serve, "127.0.0.1", 0)
    site.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield site
    finally:
        server.close()


def reply(status: int, body: bytes = b"", **headers: str) -> Answer:
    """Answer with a whole body; `content_type` becomes `content-type`."""

    async def answer(writer: asyncio.StreamWriter, _headers: Mapping[str, str]) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", "connection: close", *lines]
        writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    return answer


def conditional(body: bytes, etag: str) -> Answer:
    """Answer 304 to whoever shows the ETag."""

    async def answer(writer: asyncio.StreamWriter, headers: Mapping[str, str]) -> None:
        same = headers.get("if-none-match") == etag
        await (reply(304, etag=etag) if same else reply(200, body, etag=etag))(writer, headers)

    return answer


def endless(chunk: bytes, pause_seconds: float = 0.0, **headers: str) -> Answer:
    """Answer with a body that never ends, a chunk after each pause."""

    async def answer(writer: asyncio.StreamWriter, _headers: Mapping[str, str]) -> None:
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(["HTTP/1.1 200 OK", "connection: close", *lines]).encode() + b"\r\n\r\n")
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause_seconds)

    return answer
