"""Feeds as the web serves them: strange, slow, huge, hostile."""

import gzip
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.ingest.sources.feed import FeedReader
from services.ingest.sources.reader import Busy, Fetched, Reach
from services.ingest.sources.request import retry_after_seconds
from services.ingest.spec import SourceSpec
from services.runtime.egress import guarded_client
from services.runtime.failure import Permanent, Transient
from tests.ingest.feeds import Entry, json_feed, rss
from tests.ingest.site import Site, conditional, endless, reply

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FEED = rss([Entry(1), Entry(2)])


async def read(
    url: str,
    validators: Mapping[str, Any] | None = None,
    *,
    allow_private: bool = True,
    reader: FeedReader | None = None,
) -> Fetched:
    """Read one feed once."""
    async with guarded_client(
        allow_private, timeout_seconds=5, user_agent="Chokepoint/test (+https://a.example)"
    ) as client:
        reach = Reach(client, allow_private, Path(), NOW)
        return await (reader or FeedReader()).fetch(SourceSpec(id="s", url=url), validators or {}, reach)


def item(title: str, text: str = "", link: str = "https://a.example/1", more: str = "") -> bytes:
    """Write a feed of one item, with what a test is about."""
    body = f"<item><title>{title}</title><link>{link}</link><description>{text}</description>{more}</item>"
    return f'<rss version="2.0"><channel><link>https://a.example/</link>{body}</channel></rss>'.encode()


async def one(site: Site, body: bytes, **headers: str) -> Mapping[str, Any]:
    """Serve a feed of one item and return its document."""
    site.pages["/feed"] = reply(200, body, **headers)
    [document] = (await read(site.url("/feed"))).items
    return document


async def test_we_say_who_we_are_and_ask_only_for_changes(site: Site) -> None:
    """A feed is asked with our name and a contact, and the second time with what it gave us to compare."""
    site.pages["/feed"] = conditional(FEED, '"v1"')
    first = await read(site.url("/feed"))
    second = await read(site.url("/feed"), first.validators)
    assert (len(first.items), second.unchanged, second.validators) == (2, True, first.validators)
    (_, head), (_, head_again) = site.asked
    assert head["user-agent"] == "Chokepoint/test (+https://a.example)"
    assert "if-none-match" not in head
    assert head_again["if-none-match"] == '"v1"'


async def test_last_modified_is_given_back_as_it_came(site: Site) -> None:
    """A server with dates instead of tags gets its own date back, letter by letter."""
    date = "Mon, 23 Nov 2026 10:00:00 GMT"
    site.pages["/feed"] = reply(200, FEED, last_modified=date)
    await read(site.url("/feed"), (await read(site.url("/feed"))).validators)
    assert site.asked[1][1]["if-modified-since"] == date


HANGUL, ARABIC, HAN, TURKISH = "수출 통제 발표", "قيود على تصدير الغاليوم", "商务部公布出口管制", "İhracat kısıtlaması"


@pytest.mark.parametrize(
    ("title", "encoding", "xml_label", "http_label"),
    [
        (HANGUL, "euc-kr", "euc-kr", ""),
        (HANGUL, "euc-kr", "", "EUC-KR"),
        (HANGUL + " 똠방각하", "cp949", "euc-kr", ""),
        (ARABIC, "windows-1256", "windows-1256", ""),
        (ARABIC, "windows-1256", "utf-8", "windows-1256"),
        (HAN, "gb18030", "gb2312", ""),
        (HAN + "𠮷", "gb18030", "GBK", ""),
        (HAN, "utf-8", "gb2312", "gb2312"),
        (TURKISH, "windows-1254", "iso-8859-9", ""),
        ("輸出規制を発表", "iso-2022-jp", "iso-2022-jp", ""),
        ("輸出規制を発表", "shift_jis", "Shift_JIS", ""),
        ("Ausfuhrbeschränkung", "utf-16", "utf-16", ""),
        ("Ausfuhrbeschränkung", "utf-8-sig", "", ""),
        ("Ausfuhrbeschränkung", "cp1252", "", "iso-8859-1"),
        ("Ausfuhrbeschränkung", "cp1252", "utf-8", ""),
        ("Ausfuhrbeschränkung", "utf-8", "x-unknown", "nonsense"),
    ],
)
async def test_every_encoding_is_read(site: Site, title: str, encoding: str, xml_label: str, http_label: str) -> None:
    """The bytes decide, then the server's label, then the document's; a wrong label spoils nothing."""
    declaration = f'<?xml version="1.0" encoding="{xml_label}"?>' if xml_label else ""
    body = (declaration + item(title).decode()).encode(encoding)
    content_type = f"application/xml; charset={http_label}" if http_label else "application/xml"
    assert (await one(site, body, content_type=content_type))["title"] == title


async def test_mojibake_is_repaired_only_where_it_looks_broken(site: Site) -> None:
    """Text that was decoded wrongly before it came is mended; text that is only unusual stays."""
    broken = "Ausfuhrbeschränkung für Gallium".encode().decode("cp1252")
    assert (await one(site, item(broken)))["title"] == "Ausfuhrbeschränkung für Gallium"
    assert (await one(site, item("Åland £5 ½ — Ñandú")))["title"] == "Åland £5 ½ — Ñandú"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("<![CDATA[A <b>ban</b> on Q&amp;A]]>", "A ban on Q&A"),
        ("AT&amp;amp;T cuts", "AT&T cuts"),
        ("5 &lt; 6 tonnes", "5 < 6 tonnes"),
        ("Line\n one\t two", "Line one two"),
        ("<![CDATA[<script>alert(1)</script>Ban]]>", "Ban"),
        ("&lt;img src=x onerror=alert(1)&gt;Ban", "Ban"),
    ],
)
async def test_a_title_is_one_line_of_plain_text(site: Site, written: str, plain: str) -> None:
    """Markup, entities and line breaks leave a title; its words stay."""
    assert (await one(site, item(written)))["title"] == plain


async def test_a_summary_keeps_its_paragraphs(site: Site) -> None:
    """A summary in HTML becomes lines of plain text, the longest of what the entry has."""
    full = "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
    full += "<![CDATA[<p>First &amp; last.</p><ul><li>Item</li></ul><style>p{}</style>]]></content:encoded>"
    assert (await one(site, item("t", "Short.", more=full)))["text"] == "First & last.\nItem"


@pytest.mark.parametrize(
    ("link", "more", "url"),
    [
        ("/rel/1", "", "/rel/1"),
        ("", "<guid isPermaLink='true'>https://a.example/guid</guid>", "https://a.example/guid"),
        ("javascript:alert(1)", "", None),
        ("", "<guid>tag:not-an-address</guid>", None),
    ],
)
async def test_the_address_of_an_entry(site: Site, link: str, more: str, url: str | None) -> None:
    """A relative link is resolved, an id serves where it is an address, and what is no web address is left out."""
    document = await one(site, item("t", "text", link, more))
    expected = site.url(url) if url and url.startswith("/") else url
    assert document.get("url") == expected


@pytest.mark.parametrize(
    "body",
    [
        b"<html><head><meta http-equiv='refresh' content='0;url=http://127.0.0.1/'></head><body>Hello</body></html>",
        b"{}",
        b"[1, 2]",
        b"not a feed at all",
        b"http://127.0.0.1:1/feed",
        b"/etc/passwd",
        b"<rss",
        b"<?xml version='1.0'?><urlset><url><loc>https://a.example/</loc></url></urlset>",
        b"\x00\x01\x02\x03",
        b"\x89PNG\r\n\x1a\n",
    ],
)
async def test_what_is_no_feed_is_said(site: Site, body: bytes) -> None:
    """Anything that is no feed fails for good, in one line; no text of it is taken for an address and opened."""
    site.pages["/feed"] = reply(200, body)
    with pytest.raises(Permanent, match="not a feed") as caught:
        await read(site.url("/feed"))
    assert "\n" not in str(caught.value)
    assert len(site.asked) == 1


@pytest.mark.parametrize("body", [rss([]), json_feed([])])
async def test_a_feed_without_entries_is_a_feed(site: Site, body: bytes) -> None:
    """A feed that lists nothing at present is no error."""
    site.pages["/feed"] = reply(200, body)
    assert (await read(site.url("/feed"))).items == ()


async def test_a_feed_cut_in_the_middle_gives_what_it_has(site: Site) -> None:
    """Of a feed that breaks off, the whole entries are read."""
    whole = rss([Entry(1), Entry(2), Entry(3)])
    site.pages["/feed"] = reply(200, whole[: whole.index(b"act/1")])
    titles = [document["title"] for document in (await read(site.url("/feed"))).items]
    assert Entry(3).title in titles
    assert Entry(2).title in titles


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
BOMB = f'<!DOCTYPE rss [<!ENTITY e0 "haha">{ENTITIES}]>'


@pytest.mark.parametrize(
    "prolog", [BOMB, BOMB * 2, f"<!DOCTYPE a>{BOMB}", '<!DOCTYPE rss SYSTEM "file:///etc/passwd">']
)
async def test_an_xml_bomb_does_not_go_off(site: Site, prolog: str) -> None:
    """Entities of a document's own are never unfolded, nor is a file read."""
    document = await one(site, prolog.encode() + item("Ban &e11;"))
    assert document["title"].startswith("Ban")
    assert len(json.dumps(document)) < 200


@pytest.mark.parametrize("prolog", [BOMB * 20, "<!DOCTYPE rss [" * 100_000])
async def test_a_prolog_without_end_is_refused(site: Site, prolog: str) -> None:
    """A document that is mostly DOCTYPE is no feed."""
    site.pages["/feed"] = reply(200, prolog.encode() + item("x"))
    with pytest.raises(Permanent, match="DOCTYPE"):
        await read(site.url("/feed"))


async def test_deep_and_broken_markup_is_survived(site: Site) -> None:
    """Markup nested thousands deep inside an entry costs neither the stack nor the rest of the feed."""
    nested = "<![CDATA[" + "<div>" * 50_000 + "deep" + "]]>"
    assert (await one(site, item("t", nested)))["title"] == "t"


async def test_a_gzip_bomb_is_stopped(site: Site) -> None:
    """A small body that unpacks to more than the limit is refused."""
    site.pages["/feed"] = reply(200, gzip.compress(b"<rss>" + b" " * 20_000_000), content_encoding="gzip")
    with pytest.raises(Permanent, match="unpacks to more"):
        await read(site.url("/feed"))


async def test_an_endless_body_is_stopped(site: Site) -> None:
    """A body that never ends is read up to the limit."""
    site.pages["/feed"] = endless(b"x" * 65_536)
    with pytest.raises(Permanent, match="more than"):
        await read(site.url("/feed"), reader=FeedReader(max_bytes=1_000_000))


async def test_a_trickle_is_stopped(site: Site) -> None:
    """A server that sends a byte now and then is left after the deadline, however alive it looks."""
    site.pages["/feed"] = endless(b"<", pause_seconds=0.05)
    with pytest.raises(Transient, match="did not answer in full"):
        await read(site.url("/feed"), reader=FeedReader(deadline_seconds=0.5))


async def test_redirects_are_followed_and_links_resolved_there(site: Site) -> None:
    """A moved feed is found, and its relative links belong to the new place."""
    site.pages["/feed"] = reply(301, location="/b/feed")
    site.pages["/b/feed"] = reply(200, item("t", "text", "c"))
    [document] = (await read(site.url("/feed"))).items
    assert document["url"] == site.url("/b/c")


async def test_a_redirect_loop_ends(site: Site) -> None:
    """After five redirects it is enough."""
    site.pages["/feed"] = reply(302, location="/feed")
    with pytest.raises(Permanent, match="redirects"):
        await read(site.url("/feed"))
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/feed", "http://localhost:9/feed", "http://[::1]:9/", "http://0x7f.1/"]
)
async def test_the_guard_stands_before_every_feed(url: str) -> None:
    """A feed at a private address is refused for good, and the line names the setting."""
    with pytest.raises(Permanent) as caught:
        await read(url, allow_private=False)
    assert "\n" not in str(caught.value)


STATUSES: list[tuple[int, type[Exception]]] = [
    (401, Permanent), (403, Permanent), (404, Permanent), (410, Permanent), (418, Permanent),
    (429, Busy), (503, Busy), (500, Transient), (502, Transient),
]  # fmt: skip


@pytest.mark.parametrize(("status", "kind"), STATUSES)
async def test_each_status_has_its_meaning(site: Site, status: int, kind: type[Exception]) -> None:
    """A refusal is for good, a server's fault passes, a request for a pause says how long."""
    site.pages["/feed"] = reply(status, b"<html>sorry</html>", retry_after="120")
    with pytest.raises(kind, match=str(status)) as caught:
        await read(site.url("/feed"))
    if isinstance(caught.value, Busy):
        assert caught.value.retry_after_seconds == 120


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), ("Tue, 24 Nov 2026 08:10:00 GMT", 600.0), ("Mon, 23 Nov 2026 08:00:00 GMT", 0.0),
     ("soon", None), ("", None), ("9999999999", 86400.0)],
)  # fmt: skip
def test_retry_after_as_seconds_or_date(value: str, seconds: float | None) -> None:
    """Both forms of Retry-After are read, and none makes us wait for more than a day."""
    import httpx  # noqa: PLC0415 - this test alone makes headers

    assert retry_after_seconds(httpx.Headers({"retry-after": value}), NOW) == seconds


async def test_a_dead_server_passes() -> None:
    """A connection that is refused may be accepted later."""
    with pytest.raises(Transient):
        await read("http://127.0.0.1:9/feed")
