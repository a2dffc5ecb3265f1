"""Which URLs may be asked for at all, before any name is resolved."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address

import httpx

from services.runtime.egress.addresses import ALLOW_PRIVATE_HINT, Forbidden, check_address

_MAX_LENGTH = 8192
_HOST_NAME = re.compile(r"(?=.{1,253}\.?\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_FIRST_USER_PORT, _LAST_PORT = 1024, 65535  # RFC 6335, section 6


def check_url(url: str, *, allow_private: bool, allow_http: bool = True) -> httpx.URL:
    """Return the parsed URL, or raise Forbidden with one line.

    No name is resolved here: the guarded client checks the addresses when it connects, and again each time.
    """
    parsed = _parsed(url)
    _check_scheme(parsed, allow_http=allow_http)
    if parsed.userinfo:
        raise Forbidden(f"the URL for {parsed.host!r} holds a user name or password; send them in a header instead")
    _check_port(parsed, allow_private=allow_private)
    _check_host(parsed.raw_host.decode("ascii"), allow_private=allow_private)
    return parsed


def _parsed(url: str) -> httpx.URL:
    if len(url) > _MAX_LENGTH:
        raise Forbidden(f"the URL has {len(url)} characters; at most {_MAX_LENGTH} are allowed")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in url):
        raise Forbidden("the URL holds a control character; remove it")
    try:
        return httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Forbidden(f"the URL cannot be read: {str(error)[:200]}") from None


def _check_scheme(url: httpx.URL, *, allow_http: bool) -> None:
    schemes = ("https", "http") if allow_http else ("https",)
    if url.scheme not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise Forbidden(f"the URL must begin with {wanted}, not {url.scheme[:20]!r}")


def _check_port(url: httpx.URL, *, allow_private: bool) -> None:
    """Refuse the ports of other protocols (25 is mail, 22 a shell): a web request could be taken for one of theirs."""
    port = url.port
    if port is None or port in {80, 443} or _FIRST_USER_PORT <= port <= _LAST_PORT:
        return
    if not allow_private or not 0 < port <= _LAST_PORT:
        raise Forbidden(f"port {port} of {url.host!r} is not for the web; use 80, 443 or one from 1024 to 65535")


def _check_host(host: str, *, allow_private: bool) -> None:
    if ":" in host:
        _check_ipv6(host, allow_private=allow_private)
    elif _HOST_NAME.fullmatch(host) is None:
        raise Forbidden(f"{host[:100]!r} is not a host name; give a name such as example.com")
    elif _ends_in_a_number(host):
        _check_ipv4(host, allow_private=allow_private)
    elif not allow_private and _is_localhost(host):
        raise Forbidden(f"{host!r} is this machine itself (RFC 6761); {ALLOW_PRIVATE_HINT}")


def _check_ipv6(host: str, *, allow_private: bool) -> None:
    if "%" in host:
        raise Forbidden(f"{host[:100]!r} names a network interface; give the address without a zone")
    check_address(host, host=host, allow_private=allow_private)


def _check_ipv4(host: str, *, allow_private: bool) -> None:
    """Accept four plain decimal numbers alone: 2130706433, 0x7f.1 and 0177.1 are 127.0.0.1 to a resolver."""
    try:
        IPv4Address(host)
    except AddressValueError:
        raise Forbidden(f"{host[:100]!r} is no IP address in its plain form; write it like 192.0.2.1") from None
    check_address(host, host=host, allow_private=allow_private)


def _ends_in_a_number(host: str) -> bool:
    """Tell whether a resolver may read this host as an IPv4 address (URL Standard, "ends in a number checker")."""
    return _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is not None


def _is_localhost(host: str) -> bool:
    return host.rstrip(".").lower().rpartition(".")[2] == "localhost"
