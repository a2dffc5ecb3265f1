"""Fetching over redirects, within limits of size and time, from a real server on the loopback interface."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from services.runtime.egress import Fetched, Forbidden, TooLarge, fetch_following, read_start
from services.runtime.failure import Permanent, Transient
from tests.runtime.egress_loopback import OK, PUBLIC, Detour, answering, client, redirect, serving, with_body


async def fetch(with_client: httpx.AsyncClient, url: str, **limits: Any) -> Fetched:
    """Fetch with a test's limits, and close the client."""
    wanted = {"max_hops": 3, "max_bytes": 10_000, "headers": {}, "allow_private": True, **limits}
    async with with_client:
        return await fetch_following(with_client, url, **wanted)


async def test_redirects_are_followed_and_recorded() -> None:
    """Relative and absolute redirects lead to the page; each hop is on record."""

    def answer(path: str) -> bytes:
        return {"/a": redirect("b?x=1", 301), "/b?x=1": redirect(f"//127.0.0.1:{port[0]}/c")}.get(path, OK)

    port: list[int] = []
    async with serving(answer) as server:
        port.append(server.port)
        fetched = await fetch(client(True), f"{server.url}/a")
    assert (fetched.status, fetched.body, fetched.final_url) == (200, b"ok", f"{server.url}/c")
    assert fetched.hops == (f"{server.url}/a", f"{server.url}/b?x=1")
    assert fetched.moved_to == f"{server.url}/b?x=1"  # the second redirect is for the time being


@pytest.mark.parametrize("status", [304, 404, 500, 302])
async def test_other_answers_are_returned_as_they_came(status: int) -> None:
    """The caller judges the status; a 3xx without a Location is an answer like any other."""
    async with serving(lambda _path: f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()) as server:
        fetched = await fetch(client(True), server.url)
    assert (fetched.status, fetched.body, fetched.hops) == (status, b"", ())


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://metadata.example/",
        "http://2130706433/",
        "ftp://news.example/",
        "http://a:b@c.example/",
    ],
)
async def test_each_hop_is_under_the_guard(location: str) -> None:
    """A public page that redirects to a private address, by number or by name, or to another scheme is refused."""
    resolve = answering([PUBLIC], ["169.254.169.254"])
    detour = Detour()
    async with serving(lambda _path: redirect(location)) as server:
        with pytest.raises(Forbidden):
            await fetch(client(False, resolve, network=detour), f"http://a.example:{server.port}/", allow_private=False)
    assert detour.asked == [PUBLIC]


async def test_endless_redirects_end() -> None:
    """After `max_hops` redirects the fetch gives up for good and says so."""
    async with serving(lambda _path: redirect("/again")) as server:
        with pytest.raises(Permanent, match="after 3 redirects"):
            await fetch(client(True), server.url)
    assert len(server.heads) == 4


async def test_a_key_does_not_cross_to_another_origin() -> None:
    """Headers go along on the same origin; to another, only those that carry no secret."""
    sent = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Accept-Language": "ja"}
    async with (
        serving(lambda _path: OK) as other,
        serving(lambda path: redirect("/b" if path == "/a" else other.url)) as server,
    ):
        await fetch(client(True), f"{server.url}/a", headers=sent)
    assert ["s3cret" in head for head in [*server.heads, *other.heads]] == [True, True, False]
    assert "accept-language: ja" in other.heads[0].lower()


async def _endless(head: bytes, part: bytes, pause_seconds: float = 0) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield part
        await asyncio.sleep(pause_seconds)


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_an_endless_body_is_cut_off(coding: str) -> None:
    """A body without end is stopped at the limit, packed or not."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    async with serving(lambda _path: _endless(head, bytes(4096))) as server:
        with pytest.raises(TooLarge, match=r"'127\.0\.0\.1' sent more than 10000 bytes"):
            await fetch(client(True), server.url)


async def test_the_limit_itself_is_allowed() -> None:
    """A body of exactly the limit arrives whole; one byte more does not."""
    async with serving(lambda path: with_body(bytes(int(path[1:])))) as server:
        assert len((await fetch(client(True), f"{server.url}/10000")).body) == 10_000
        with pytest.raises(TooLarge):
            await fetch(client(True), f"{server.url}/10001")


async def test_a_redirect_that_cannot_be_read_says_so() -> None:
    """A Location that is no URL is the site's fault, with its host in the line; the site may mend it."""
    async with serving(lambda _path: redirect("http://[::1/")) as server:
        with pytest.raises(Transient, match=r"'127\.0\.0\.1' cannot be read: .*location"):
            await fetch(client(True), server.url)


async def test_a_small_bomb_is_stopped() -> None:
    """A few kilobytes of gzip that unpack to megabytes are refused; honest gzip is unpacked."""
    bomb, honest = gzip.compress(bytes(5_000_000)), gzip.compress(b"news")
    bodies = {"/bomb": bomb, "/honest": honest}
    async with serving(lambda path: with_body(bodies[path], "Content-Encoding: gzip")) as server:
        with pytest.raises(TooLarge, match="unpacks to more than 10000"):
            await fetch(client(True), f"{server.url}/bomb")
        assert (await fetch(client(True), f"{server.url}/honest")).body == b"news"


async def test_a_dripping_server_is_left_at_the_deadline() -> None:
    """A server that sends a byte now and then never exceeds the time of one read, but does exceed the whole."""
    async with serving(lambda _path: _endless(b"HTTP/1.1 200 OK\r\n\r\n", b".", 0.02)) as server:
        with pytest.raises(Transient, match="did not answer in full within"):
            await fetch(client(True), server.url, deadline_seconds=0.2)


async def test_a_dead_server_is_worth_another_try() -> None:
    """A refused connection and a body that breaks off are transient, with the host in the line."""
    async with serving(lambda _path: with_body(b"half")[:-2]) as server:
        with pytest.raises(Transient, match=r"'127\.0\.0\.1' cannot be read: RemoteProtocolError"):
            await fetch(client(True), server.url)
    with pytest.raises(Transient, match=r"'127\.0\.0\.1' cannot be read: ConnectError"):
        await fetch(client(True), server.url)


@pytest.mark.parametrize(
    ("body", "headers", "start"),
    [
        (b"x" * 5000, (), b"x" * 100),
        (b"short", (), b"short"),
        (gzip.compress(bytes(5_000_000)), ("Content-Encoding: gzip",), bytes(100)),
        (gzip.compress(b"x" * 100) + gzip.compress(bytes(5000)), ("Content-Encoding: gzip",), b"x" * 100),
        (b"not gzip", ("Content-Encoding: gzip",), b"not gzip"),
        (b"brotli", ("Content-Encoding: br",), b"brotli"),
    ],
    ids=["long", "short", "bomb", "two members", "not gzip", "brotli"],
)
async def test_the_start_of_an_answer_is_kept(body: bytes, headers: Sequence[str], start: bytes) -> None:
    """For a delivery's record the first bytes are enough, and no body can make reading them fail."""
    async with (
        serving(lambda _path: with_body(body, *headers)) as server,
        client(True) as guarded,
        guarded.stream("POST", server.url) as response,
    ):
        assert await read_start(response, 100) == start
