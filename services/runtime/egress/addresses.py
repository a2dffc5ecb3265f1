"""Which IP addresses a request may go to: a table of networks, and the IPv4 address hidden inside an IPv6 one.

`ipaddress.is_global` alone is no guard: it is true for 6to4, NAT64, site-local and multicast addresses.
Source: the IANA IPv4 and IPv6 special-purpose address registries; the RFC of each network stands beside it.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from services.runtime.failure import Permanent

Address = IPv4Address | IPv6Address

ALLOW_PRIVATE_HINT = "set CHOKEPOINT_EGRESS__ALLOW_PRIVATE=true to let requests into your own network"


class Forbidden(Permanent):
    """The guard refuses this URL or address; one line says which host, why and what to do."""


# Networks that belong to whoever runs this process: open with `allow_private`.
_PRIVATE_4 = {
    IPv4Network("10.0.0.0/8"): "private (RFC 1918)",
    IPv4Network("172.16.0.0/12"): "private (RFC 1918)",
    IPv4Network("192.168.0.0/16"): "private (RFC 1918)",
    IPv4Network("127.0.0.0/8"): "loopback (RFC 1122)",
    IPv4Network("100.64.0.0/10"): "carrier-grade NAT (RFC 6598)",
    IPv4Network("198.18.0.0/15"): "for benchmarks (RFC 2544)",
}
_PRIVATE_6 = {
    IPv6Network("::1/128"): "loopback (RFC 4291)",
    IPv6Network("fc00::/7"): "private (RFC 4193)",
}

# Closed always: no web server lives there, but cloud metadata and the machine's neighbours do.
_CLOSED_4 = {
    IPv4Network("0.0.0.0/8"): "this host (RFC 791)",
    IPv4Network("169.254.0.0/16"): "link-local, where clouds keep their metadata (RFC 3927)",
    IPv4Network("192.0.0.0/24"): "for protocols (RFC 6890)",
    IPv4Network("192.0.2.0/24"): "for documentation (RFC 5737)",
    IPv4Network("198.51.100.0/24"): "for documentation (RFC 5737)",
    IPv4Network("203.0.113.0/24"): "for documentation (RFC 5737)",
    IPv4Network("192.88.99.0/24"): "a 6to4 relay (RFC 7526)",
    IPv4Network("168.63.129.16/32"): "the Azure platform's own (Microsoft: What is IP address 168.63.129.16?)",
    IPv4Network("224.0.0.0/4"): "multicast (RFC 5771)",
    IPv4Network("240.0.0.0/4"): "reserved (RFC 1112)",
}
_CLOSED_6 = {
    IPv6Network("64:ff9b:1::/48"): "a local NAT64 (RFC 8215)",
    IPv6Network("2001::/32"): "a Teredo tunnel (RFC 4380)",
    IPv6Network("2001::/23"): "for protocols (RFC 2928)",
    IPv6Network("2001:db8::/32"): "for documentation (RFC 3849)",
    IPv6Network("3fff::/20"): "for documentation (RFC 9637)",
    IPv6Network("2002::/16"): "a 6to4 tunnel (RFC 7526)",
    IPv6Network("fec0::/10"): "site-local (RFC 3879)",
    IPv6Network("fe80::/10"): "link-local (RFC 4291)",
    IPv6Network("ff00::/8"): "multicast (RFC 4291)",
}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_IPV4_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)


def check_address(address: str, *, host: str, allow_private: bool) -> None:
    """Raise Forbidden if a request to `host` must not go to `address` (an IP address without brackets or zone)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        raise Forbidden(f"{host!r} resolves to {address!r}, which is not an IP address") from None
    reason = refusal(parsed, allow_private=allow_private)
    if reason is not None:
        where = address if host == address else f"{host!r} resolves to {address}, which"
        raise Forbidden(f"{where} is {reason}")


def refusal(address: Address, *, allow_private: bool) -> str | None:
    """Return why no request may go to this address, or None if one may."""
    if isinstance(address, IPv4Address):
        return _refusal_4(address, allow_private=allow_private)
    if address in _IPV4_MAPPED or address in _NAT64:
        return _refusal_inside(address, allow_private=allow_private)
    private = _reason(address, _PRIVATE_6)
    if private is not None:
        return None if allow_private else f"{private}; {ALLOW_PRIVATE_HINT}"
    closed = _reason(address, _CLOSED_6)
    if closed is not None:
        return closed
    if address not in _GLOBAL_UNICAST or not address.is_global:
        return "not a public address"
    return _refusal_inside(address, allow_private=allow_private)


def _refusal_4(address: IPv4Address, *, allow_private: bool) -> str | None:
    private = _reason(address, _PRIVATE_4)
    if private is not None:
        return None if allow_private else f"{private}; {ALLOW_PRIVATE_HINT}"
    closed = _reason(address, _CLOSED_4)
    if closed is not None:
        return closed
    return None if address.is_global else "not a public address"


def _refusal_inside(address: IPv6Address, *, allow_private: bool) -> str | None:
    """Judge the IPv4 address that a gateway or this machine's own stack would connect to instead."""
    for inner in _embedded(address):
        reason = _refusal_4(inner, allow_private=allow_private)
        if reason is not None:
            return f"{inner} in disguise, {reason}"
    return None


def _embedded(address: IPv6Address) -> Iterator[IPv4Address]:
    last = int(address) & 0xFFFFFFFF
    isatap = (int(address) >> 32) & 0xFFFFFFFF in _ISATAP  # RFC 5214, section 6.1
    if address in _IPV4_MAPPED or address in _NAT64 or isatap:
        yield IPv4Address(last)


def _reason(address: Address, table: "dict[IPv4Network, str] | dict[IPv6Network, str]") -> str | None:
    return next((reason for network, reason in table.items() if address in network), None)
