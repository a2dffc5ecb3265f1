"""The guarded client: one resolution, every address checked, the connection to an address that was checked.

httpx lets nobody choose its network backend, but httpcore, the library under it, does so publicly; so this is a thin
httpx transport over an httpcore pool whose backend is ours. Certificates and the Host header stay on the name.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast

import httpcore
import httpx

from services.runtime.egress.addresses import check_address
from services.runtime.egress.body import ACCEPT_ENCODING
from services.runtime.egress.url import check_url

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host name and port to IP addresses, best first; raises OSError when the name has none."""

_MAX_CONNECTIONS = 100
_MAX_IDLE = 20
_IDLE_SECONDS = 15.0
_HTTPCORE_ERRORS = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)


def guarded_client(  # noqa: PLR0913 - each is an independent choice, named by keyword
    allow_private: bool,
    *,
    timeout_seconds: float,
    user_agent: str,
    allow_http: bool = True,
    ssl_context: ssl.SSLContext | None = None,
    resolve: Resolver | None = None,
    network: httpcore.AsyncNetworkBackend | None = None,
) -> httpx.AsyncClient:
    """Return a client that never follows a redirect, keeps no cookie and trusts no proxy variable.

    `timeout_seconds` bounds each step (connecting, each read, each write), not the whole: put `asyncio.timeout` around
    a request to bound it. Read bodies with `read_body` or `read_start`: httpx itself unpacks without a limit.
    `resolve` finds the addresses of a name, `network` connects to those that passed; the defaults are the machine's.
    A request raises Forbidden, or httpx.TransportError when the network fails.
    """
    transport = GuardedTransport(
        backend=GuardedBackend(
            resolve or resolve_by_system, network or httpcore.AnyIOBackend(), allow_private=allow_private
        ),
        # The operator's own certificate authorities (SSL_CERT_FILE) are trusted; proxies from the environment are not.
        ssl_context=ssl_context or httpx.create_ssl_context(),
        allow_private=allow_private,
        allow_http=allow_http,
    )
    return httpx.AsyncClient(
        transport=transport,
        timeout=timeout_seconds,
        headers={"user-agent": user_agent, "accept-encoding": ACCEPT_ENCODING},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        trust_env=False,
        follow_redirects=False,
    )


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Ask the machine's own resolver (hosts file, DNS) for the addresses of a name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to addresses that were checked, and to nothing else."""

    def __init__(self, resolve: Resolver, network: httpcore.AsyncNetworkBackend, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._network = network
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to the first address of `host` that answers, all of them having been checked."""
        del local_address, socket_options  # The pool below sets neither.
        loop = asyncio.get_running_loop()
        ends_at = None if timeout is None else loop.time() + timeout
        addresses = await self._checked(host, port, timeout)
        failure: Exception = httpcore.ConnectError(f"{host!r} has no address")
        for position, address in enumerate(addresses):
            # An address that swallows packets must leave time for the ones after it.
            share = None if ends_at is None else max(ends_at - loop.time(), 0) / (len(addresses) - position)
            try:
                return await self._network.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked(self, host: str, port: int, limit_seconds: float | None) -> Sequence[str]:
        try:
            async with asyncio.timeout(limit_seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host!r} was not resolved within {limit_seconds} s") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host!r} cannot be resolved: {error}") from error
        for address in addresses:
            check_address(address, host=host, allow_private=self._allow_private)
        return addresses


class GuardedTransport(httpx.AsyncBaseTransport):
    """Carries a checked request to an httpcore pool (HTTP/1.1) and its response and errors back."""

    def __init__(
        self,
        *,
        backend: httpcore.AsyncNetworkBackend,
        ssl_context: ssl.SSLContext,
        allow_private: bool,
        allow_http: bool,
    ) -> None:
        self._allow_private = allow_private
        self._allow_http = allow_http
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_IDLE,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises Forbidden or httpx.TransportError."""
        url = check_url(str(request.url), allow_private=self._allow_private, allow_http=self._allow_http)
        passed_on = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": request.extensions.get("timeout", {})},
        )
        with _as_httpx(request):
            response = await self._pool.handle_async_request(passed_on)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, request),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx(self._request):
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._response.aclose()


@contextmanager
def _as_httpx(request: httpx.Request) -> Iterator[None]:
    """Turn an error of httpcore into the one of the same name in httpx, which names its classes alike."""
    try:
        yield
    except _HTTPCORE_ERRORS as error:
        names = (cls.__name__ for cls in type(error).__mro__)
        found = next((getattr(httpx, name) for name in names if hasattr(httpx, name)), httpx.TransportError)
        raise cast("type[httpx.TransportError]", found)(str(error), request=request) from error
