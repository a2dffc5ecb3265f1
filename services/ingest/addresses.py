"""Canonical addresses: the same page has one address, however the link to it was decorated."""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

MAX_LENGTH = 4096

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING_PREFIXES = ("utm_", "mc_", "pk_", "mtm_", "at_", "wt_", "wt.", "hsa_", "_hs", "oly_", "vero_", "ns_")
_TRACKING = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ymclid", "twclid", "ttclid",
    "igshid", "igsh", "mkt_tok", "_ga", "_gl", "_openstat", "cmpid", "cmp", "icid", "ito", "maca", "xtor", "ocid",
    "smid", "spm", "ftag", "guccounter", "guce_referrer", "guce_referrer_sig", "traffic_source",
    "srnd", "sref", "sh", "smtyp",
})  # fmt: skip
_AMP_PARAMETERS = frozenset({"amp", "outputtype", "amp_js_v", "usqp", "amp_gsa"})
_AMP_CACHE = re.compile(r"^/(?:amp|c|v|a)/(?P<secure>s/)?(?P<rest>[^/]+\.[^/]+(?:/.*)?)$")
_UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


class NotAnAddress(ValueError):  # noqa: N818 - it says what the text is not
    """The text is not the address of a web page; the message says why."""


def canonical_url(url: str) -> str:
    """Return the one address of the page behind `url`.

    Scheme and host in lower case (host in its ASCII form), default port, user and fragment dropped, tracking parameters
    dropped and the others sorted, escapes in the normal form of RFC 3986 section 6.2.2, no slash at the end of a path
    (the root keeps its own), AMP variants folded into the page they stand for. Raises NotAnAddress.
    """
    parts = _fold_amp(_split(url))
    return urlunsplit((parts.scheme, parts.netloc, _path(parts.path), _query(parts.query), ""))


def _split(url: str) -> SplitResult:
    """Take the address apart with scheme, host and port in their normal form."""
    text = re.sub(r"[\t\r\n]", "", url).strip()
    if not text or len(text) > MAX_LENGTH:
        raise NotAnAddress(f"an address has 1 to {MAX_LENGTH} characters, this one has {len(text)}")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotAnAddress(f"{text[:100]!r} is not a web address ({error})") from None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not host:
        raise NotAnAddress(
            f"{text[:100]!r} is not a web address: it must start with http:// or https:// and name a host"
        )
    netloc = _ascii_host(host) if port in {None, _DEFAULT_PORTS[scheme]} else f"{_ascii_host(host)}:{port}"
    return SplitResult(scheme, netloc, parts.path or "/", parts.query, "")


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host.lower()}]"
    try:
        return host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise NotAnAddress(f"{host[:100]!r} is not the name of a host") from None


def _fold_amp(parts: SplitResult) -> SplitResult:
    """Turn an AMP address into that of the page: the caches' own hosts first, then the publisher's variants."""
    cache = parts.netloc.endswith(".cdn.ampproject.org") or parts.netloc in {"www.google.com", "google.com"}
    inner = _AMP_CACHE.match(parts.path) if cache else None
    if inner:
        return _fold_amp(_split(f"{'https' if inner['secure'] else 'http'}://{inner['rest']}?{parts.query}"))
    host = f"www.{parts.netloc[4:]}" if parts.netloc.startswith("amp.") else parts.netloc
    path = re.sub(r"^/amp/(?=.)", "/", parts.path)
    path = re.sub(r"/amp/?$|(?<=.)\.amp$", "", path)
    path = re.sub(r"\.amp(?=\.html?$)", "", path)
    return SplitResult(parts.scheme, host, path or "/", parts.query, "")


def _path(path: str) -> str:
    return _normal_escapes(_without_dots(path)).rstrip("/") or "/"


def _without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, section 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)


def _normal_escapes(text: str) -> str:
    """Escape what must be, in capitals, and nothing that need not be."""

    def plain(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED else match[0].upper()

    return quote(_ESCAPE.sub(plain, text), safe="/:@!$&'()*+,;=%-._~")


def _query(query: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _is_noise(name, value)]
    return urlencode(sorted(kept), quote_via=quote)


def _is_noise(name: str, value: str) -> bool:
    name = unquote(name).lower()
    if name in _AMP_PARAMETERS:
        return name != "outputtype" or value.lower() == "amp"
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
