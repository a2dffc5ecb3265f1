"""The guarded client against a real server on the loopback interface."""

import asyncio
import inspect
import socket
import ssl
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest

from services.runtime.egress import Forbidden, guarded_client, resolve_by_system
from services.runtime.egress.client import _HTTPCORE_ERRORS, _as_httpx
from tests.runtime.egress_loopback import OK, PUBLIC, Detour, answering, client, serving, with_body

# Made for this test alone: a certificate for origin.test, valid until 2120, and its key.
PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbFkgVRcXlQpY651U
twFfhFIegfypSe6QbdG+jYjD9j+hRANCAARRejW7Cksxw0HscUSeheGMLic8JXqx
QqMpcVhAEs9n/rbQCj5AB2XjLK5KBwu2ZPUDVeBOTQY2Jl9R3hFwCJs4
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAtvcmlnaW4u
dGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLb3JpZ2luLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARRejW7Cksx
w0HscUSeheGMLic8JXqxQqMpcVhAEs9n/rbQCj5AB2XjLK5KBwu2ZPUDVeBOTQY2
Jl9R3hFwCJs4o1owWDAdBgNVHQ4EFgQUkUeJlUV/E1SCZh0l0F5bvwKEqakwDwYD
VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAoQwFgYDVR0RBA8wDYILb3JpZ2lu
LnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIhAKSbEtvGeeB7/7YLGZaow+5RIXLUAYfe
XUpWeuvxoFpnAiByQQsudZBGsQ7c3qfavqkmwbKr2vS2d4xOGtSX5QS4pg==
-----END CERTIFICATE-----
"""


async def test_the_local_network_answers_when_allowed() -> None:
    """With `allow_private` a loopback server is reached, by address and by name, and sees who asks."""
    async with serving(lambda _path: OK) as server, client(True) as guarded:
        assert (await guarded.get(server.url)).text == "ok"
        assert (await guarded.post(f"http://localhost:{server.port}/hook", content=b"{}")).status_code == 200
    assert "user-agent: chokepoint-test/1" in server.heads[0].lower()
    assert f"host: localhost:{server.port}" in server.heads[1].lower()


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "64:ff9b::7f00:1"])
async def test_a_name_that_hides_a_private_address_is_refused(address: str) -> None:
    """A public-looking name is judged by its address: nothing connects, and the line names both."""
    async with (
        serving(lambda _path: OK) as server,
        client(False, answering([address])) as guarded,
    ):
        with pytest.raises(Forbidden, match=f"'news.example' resolves to {address}"):
            await guarded.get(f"http://news.example:{server.port}/")
    assert server.heads == []


async def test_one_private_address_among_public_ones_refuses_all() -> None:
    """Every address is checked before the first connection, not only the one that would be used."""
    detour = Detour()
    async with client(False, answering([PUBLIC, "127.0.0.1"]), network=detour) as guarded:
        with pytest.raises(Forbidden, match=r"127\.0\.0\.1"):
            await guarded.get("http://news.example/")
    assert detour.asked == []


async def test_rebinding_reaches_only_what_was_checked() -> None:
    """A name that turns from public to private after the check: the connection went to the public address it was
    checked for, asked for once; the next connection is checked anew and refused.
    """  # noqa: D205 - one sentence says it
    detour = Detour()
    resolve = answering([PUBLIC], ["127.0.0.1"])
    async with serving(lambda _path: OK) as server, client(False, resolve, network=detour) as guarded:
        url = f"http://rebinding.example:{server.port}/"
        assert (await guarded.get(url, headers={"connection": "close"})).text == "ok"
        with pytest.raises(Forbidden, match="rebinding"):
            await guarded.get(url)
    assert detour.asked == [PUBLIC]
    assert len(server.heads) == 1


async def test_an_address_literal_and_a_numeric_form_are_checked_too() -> None:
    """No resolver stands between: the URL's own host is judged, whatever it would resolve to."""
    async with client(False, answering([PUBLIC], [PUBLIC]), network=Detour()) as guarded:
        for url in ("http://127.0.0.1/", "http://2130706433/", "http://user:pw@news.example/", "file:///etc/passwd"):
            with pytest.raises(Forbidden):
                await guarded.get(url)


async def test_the_certificate_and_name_stay_with_the_origin(tmp_path: Path) -> None:
    """Over TLS the checked address is connected to, while SNI, certificate check and Host use the name."""
    pem = tmp_path / "origin.pem"
    pem.write_text(PEM)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(pem))
    detour = Detour()
    async with (
        serving(lambda _path: OK, tls) as server,
        client(False, answering([PUBLIC], [PUBLIC]), network=detour, ssl_context=trusting) as guarded,
    ):
        assert (await guarded.get(f"https://origin.test:{server.port}/")).text == "ok"
        with pytest.raises(httpx.ConnectError, match=r"not valid for 'other\.test'"):
            await guarded.get(f"https://other.test:{server.port}/")
    assert names == ["origin.test", "other.test"]
    assert detour.asked == [PUBLIC, PUBLIC]
    assert f"host: origin.test:{server.port}" in server.heads[0].lower()


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    """Of several checked addresses the first that answers is used."""
    async with serving(lambda _path: OK) as server, client(True, answering(["::1", "127.0.0.1"])) as guarded:
        assert (await guarded.get(f"http://news.example:{server.port}/")).text == "ok"


class Silent(Detour):
    """Lets the first address swallow what it is sent, and notes the time given to each."""

    def __init__(self) -> None:
        super().__init__()
        self.shares: list[float] = []

    async def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any) -> Any:  # noqa: ASYNC109 - httpcore's own interface
        """Time out for the first address; connect to 127.0.0.1 for any other."""
        assert timeout is not None
        self.shares.append(timeout)
        if len(self.shares) == 1:
            raise httpcore.ConnectTimeout("no answer")
        return await super().connect_tcp(host, port, timeout, *rest)


async def test_a_silent_address_leaves_time_for_the_next() -> None:
    """An address that never answers gets its share of the time to connect, not all of it."""
    silent, resolve = Silent(), answering([PUBLIC, "1.1.1.1"])
    async with serving(lambda _path: OK) as server, client(False, resolve, network=silent) as guarded:
        assert (await guarded.get(f"http://news.example:{server.port}/")).text == "ok"
    assert silent.asked == ["1.1.1.1"]
    assert silent.shares[0] <= 5 / 2 < silent.shares[1] <= 5


async def test_no_proxy_cookie_or_redirect_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxy variables are passed over, a cookie set is not sent back, a redirect is returned as it came."""
    for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    answer = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    async with serving(lambda _path: answer) as server, client(True) as guarded:
        assert (await guarded.get(server.url)).status_code == 302
        await guarded.get(server.url)
    assert "cookie:" not in "".join(server.heads).lower()


async def test_network_failures_are_httpx_errors() -> None:
    """A closed port, a name without address and an answer that is not HTTP raise httpx's own errors."""

    async def fail(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    async with client(True, fail) as guarded:
        with pytest.raises(httpx.ConnectError, match=r"'news.example' cannot be resolved"):
            await guarded.get("http://news.example/")
    async with client(True, answering([])) as guarded:
        with pytest.raises(httpx.ConnectError, match="no address"):
            await guarded.get("http://news.example/")
    async with serving(lambda _path: b"220 mail.example ready\r\n\r\n") as server, client(True) as guarded:
        with pytest.raises(httpx.RemoteProtocolError):
            await guarded.get(server.url)


async def test_slow_resolution_counts_as_a_connect_timeout() -> None:
    """A name server that does not answer is given the client's time and no more."""

    async def hang(_host: str, _port: int) -> Sequence[str]:
        return await asyncio.Future()

    async with guarded_client(False, timeout_seconds=0.05, user_agent="t", resolve=hang) as guarded:
        with pytest.raises(httpx.ConnectTimeout, match="not resolved"):
            await guarded.get("http://news.example/")


@pytest.mark.parametrize(
    "error",
    [
        error
        for name, error in inspect.getmembers(httpcore, inspect.isclass)
        if issubclass(error, _HTTPCORE_ERRORS) and hasattr(httpx, name)
    ],
)
def test_each_error_of_httpcore_has_its_namesake(error: type[Exception]) -> None:
    """Callers tell a refused connection (safe to repeat) from a lost answer (unknown) by httpx's class."""
    request = httpx.Request("GET", "http://news.example/")
    with pytest.raises(httpx.TransportError) as caught, _as_httpx(request):
        raise error("why")
    assert type(caught.value).__name__ == error.__name__
    assert caught.value.request is request


async def test_the_system_resolver_knows_localhost() -> None:
    """The default resolver returns plain addresses, each once."""
    addresses = await resolve_by_system("localhost", 80)
    assert set(addresses) <= {"127.0.0.1", "::1"}
    assert len(addresses) == len(set(addresses)) > 0


async def test_many_requests_share_connections_and_all_arrive() -> None:
    """More requests at once than one connection serves: each gets its own answer."""
    async with serving(lambda path: with_body(path.encode())) as server, client(True) as guarded:
        requests: list[Awaitable[httpx.Response]] = [guarded.get(f"{server.url}/{n}") for n in range(30)]
        answers = await asyncio.gather(*requests)
    assert [answer.text for answer in answers] == [f"/{n}" for n in range(30)]
