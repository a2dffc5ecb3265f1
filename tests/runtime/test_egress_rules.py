"""The guard's rules without a network: addresses, URLs and packed bodies."""

import gzip
import zlib
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.runtime.egress import Forbidden, TooLarge, check_url, decompress
from services.runtime.egress.addresses import refusal
from services.runtime.failure import Permanent, Transient

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "198.18.0.1",
    "::1",
    "fc00::1",
    "fd00:ec2::254",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
]
CLOSED = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "0.1.2.3",
    "169.254.169.254",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "168.63.129.16",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "64:ff9b:1::a9fe:a9fe",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2a00:1450::5efe:a9fe:a9fe",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "5f00::1",
]
PUBLIC = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1", "2606:4700:4700::1111"]
PUBLIC_INSIDE = ["::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450::5efe:808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_open_only_when_allowed(address: str) -> None:
    """An address of one's own network is refused, with the setting that opens it, and allowed with it."""
    reason = refusal(ip_address(address), allow_private=False)
    assert reason is not None
    assert "CHOKEPOINT_EGRESS__ALLOW_PRIVATE" in reason
    assert refusal(ip_address(address), allow_private=True) is None


@pytest.mark.parametrize("allow_private", [False, True])
@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses_stay_closed(address: str, allow_private: bool) -> None:
    """Metadata, multicast, tunnels and reserved space are refused whatever the settings say."""
    assert refusal(ip_address(address), allow_private=allow_private) is not None


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_INSIDE)
def test_public_addresses_are_open(address: str) -> None:
    """A public address is allowed, also through the NAT64 that IPv6-only networks put before every IPv4 site."""
    assert refusal(ip_address(address), allow_private=False) is None


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_never_easier_than_the_bare_one(address: object) -> None:
    """Whatever is refused as IPv4 is refused mapped and behind NAT64 too, and the other way round."""
    bare = refusal(ip_address(str(address)), allow_private=False)
    for shape in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert (refusal(ip_address(shape), allow_private=False) is None) == (bare is None)


@settings(deadline=None)
@given(st.ip_addresses())
def test_what_python_calls_not_global_is_never_open(address: object) -> None:
    """The table only adds to `is_global`; NAT64 and mapped addresses are judged by what they hold."""
    parsed = ip_address(str(address))
    if refusal(parsed, allow_private=False) is None:
        assert parsed.is_global or str(parsed).startswith("::ffff:")


FORBIDDEN_URLS = {
    "http://127.0.0.1/": r"^127\.0\.0\.1 is loopback \(RFC 1122\); set CHOKEPOINT_EGRESS",
    "http://127.0.0.1./": "plain form",
    "http://127。0。0。1/": "loopback",
    "http://2130706433/": "plain form",
    "http://0x7f.1/": "plain form",
    "http://0x7f000001/": "plain form",
    "http://0177.1/": "plain form",
    "http://0177.0.0.01/": "cannot be read",
    "http://127.1/": "plain form",
    "http://1.2.3.4.5/": "plain form",
    "http://example.0x/": "plain form",
    "http://0/": "plain form",
    "http://[::1]/": "loopback",
    "http://[::ffff:127.0.0.1]/": "in disguise",
    "http://[0:0:0:0:0:ffff:7f00:1]/": "in disguise",
    "http://[fe80::1%25eth0]/": "zone",
    "http://[fe80::1%eth0]/": "zone",
    "http://[::1%25lo]/": "zone",
    "http://[fe80::1]/": "link-local",
    "http://169.254.169.254/latest/meta-data/": "link-local",
    "http://localhost/": "this machine",
    "http://LOCALHOST./": "this machine",
    "http://api.localhost:8080/": "this machine",
    "http://user:secret@example.com/": "user name",
    "http://127.0.0.1:80@example.com/": "user name",
    "http://example.com\\@127.0.0.1/": "user name",
    "http://%31%32%37.0.0.1/": "not a host name",
    "http://example.com%00.evil.example/": "not a host name",
    "http://exam ple.com/": "not a host name",
    "http://example\\.com/": "not a host name",
    "http://a..b/": "not a host name",
    "http:///path": "not a host name",
    "http:example.com": "not a host name",
    f"http://{'a' * 64}.example/": "not a host name",
    f"http://{'a.' * 140}example/": "not a host name",
    "http://１２７.0.0.1/": "cannot be read",
    "http://example.com:x/": "cannot be read",
    "http://[::1/": "cannot be read",
    "http://example.com/\r\nHost: evil.example": "control character",
    "http://exa\tmple.com/": "control character",
    "http://example.com/\x85": "control character",
    "http://example.com/\x00": "control character",
    "http://example.com/\ud800": "control character",
    "http://example.com:0/": "port 0",
    "http://example.com:22/": "port 22",
    "http://example.com:25/": "port 25",
    "http://example.com:70000/": "port 70000",
    "ftp://example.com/": "must begin with",
    "file:///etc/passwd": "must begin with",
    "gopher://example.com/": "must begin with",
    "javascript:alert(1)": "must begin with",
    "example.com/feed": "must begin with",
    "//example.com/": "must begin with",
    " http://example.com/": "must begin with",
    "": "must begin with",
    "http://example.com/" + "a" * 9000: "characters",
}


@pytest.mark.parametrize(("url", "says"), FORBIDDEN_URLS.items(), ids=[url[:60] for url in FORBIDDEN_URLS])
def test_nasty_urls_are_refused_in_one_line(url: str, says: str) -> None:
    """Every known disguise is refused before any name is resolved, with one short line that says what is wrong."""
    with pytest.raises(Forbidden, match=says) as caught:
        check_url(url, allow_private=False)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 300
    assert "secret" not in line


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/feed?x=1",
        "http://ex_ample.com/",
        "http://EXAMPLE.com.:8080/",
        "https://пример.рф/лента",
        "http://1.1.1.1/",
        "https://[2606:4700:4700::1111]:8443/",
        "http://3com.example/",
        "http://example.com:443/",
        "http://example.com:1024/",
        "http://example.com:65535/",
        "http://example.com/" + "a" * (8192 - 19),
    ],
)
def test_plain_urls_pass(url: str) -> None:
    """Ordinary addresses pass, also international names, high ports and public IP addresses."""
    assert check_url(url, allow_private=False).host


def test_a_private_url_passes_when_allowed() -> None:
    """With `allow_private` the local network opens, low ports included, but not the metadata address."""
    for url in ("http://127.0.0.1:81/", "http://localhost/", "http://[::1]:9000/", "http://10.0.0.5/"):
        assert check_url(url, allow_private=True).scheme == "http"
    for url, says in {"http://169.254.169.254/": "metadata", "http://127.0.0.1:0/": "port 0"}.items():
        with pytest.raises(Forbidden, match=says):
            check_url(url, allow_private=True)


def test_http_can_be_closed() -> None:
    """Where only https will do, http is refused."""
    with pytest.raises(Forbidden, match="must begin with https://, not 'http'"):
        check_url("http://example.com/", allow_private=False, allow_http=False)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_a_url_is_parsed_or_forbidden(text: str) -> None:
    """No text whatever raises anything but Forbidden."""
    for url in (text, f"http://{text}/", f"https://example.com/{text}"):
        try:
            check_url(url, allow_private=False)
        except Forbidden as error:
            assert str(error).isprintable()  # noqa: PT017 - passing is right too, so `raises` cannot be used


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_bodies_come_back_as_they_were(body: bytes) -> None:
    """Gzip (in one member or two), zlib and bare deflate unpack to the same bytes; no coding leaves them alone."""
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = {
        "": body,
        "identity": body,
        "gzip": gzip.compress(body),
        "x-gzip": gzip.compress(body[:9]) + gzip.compress(body[9:]) + b"\0\0",
        "Deflate": zlib.compress(body),
        "deflate": bare.compress(body) + bare.flush(),
    }
    for coding, data in packed.items():
        assert decompress(data, coding, max_bytes=2000) == body


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_stopped_at_the_limit(coding: str) -> None:
    """A body that unpacks beyond the limit is refused; one of exactly the limit is not."""
    pack = gzip.compress if coding == "gzip" else zlib.compress
    assert len(decompress(pack(bytes(1000)), coding, max_bytes=1000)) == 1000
    for size in (1001, 50_000_000):
        with pytest.raises(TooLarge, match="more than 1000 bytes"):
            decompress(pack(bytes(size)), coding, max_bytes=1000)


def test_many_small_gzip_members_are_refused() -> None:
    """Members beyond count, which cost time rather than room, are refused."""
    with pytest.raises(Permanent, match="members"):
        decompress(gzip.compress(b"") * 101, "gzip", max_bytes=10_000)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_a_coding_nobody_asked_for_is_permanent(coding: str) -> None:
    """Codings that cannot be unpacked within a limit are refused by name."""
    with pytest.raises(Permanent, match="only gzip or deflate"):
        decompress(b"x", coding, max_bytes=10)


def test_damage_is_worth_another_try() -> None:
    """A body that breaks off or is damaged may arrive whole the next time."""
    packed = gzip.compress(b"news " * 100)
    with pytest.raises(Transient, match="breaks off"):
        decompress(packed[:-9], "gzip", max_bytes=1000)
    with pytest.raises(Transient, match="damaged"):
        decompress(b"not gzip", "gzip", max_bytes=1000)
